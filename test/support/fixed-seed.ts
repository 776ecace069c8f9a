import fc from 'fast-check';

/** Properties draw the same cases each time: what a mutation run finds does not hang on luck. */
fc.configureGlobal({ seed: 20_261_129 });
