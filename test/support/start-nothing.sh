#!/bin/sh
# Stands for a server that runs already: see time-skipping.ts.
exec sleep infinity
