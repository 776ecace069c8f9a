# One image for all four processes; docker-compose.yml says which one a container runs. Node runs the TypeScript as it is.
FROM node:24.21.0-trixie-slim

WORKDIR /app
ENV NODE_ENV=production

# npm ci brings everything that the processes import, and nothing of what only tests and builds need.
COPY package.json package-lock.json ./
COPY patches ./patches
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

COPY tsconfig.json ./
COPY contracts ./contracts
COPY domain ./domain
COPY workflows ./workflows
COPY use-cases ./use-cases
COPY activities ./activities
COPY adapters ./adapters
COPY api ./api
COPY workers ./workers
COPY market-data ./market-data
COPY paper-broker ./paper-broker
COPY proto ./proto
COPY drizzle ./drizzle
COPY dev ./dev

USER node
STOPSIGNAL SIGTERM
CMD ["node", "--heap-growing-percent=50", "api/main.ts"]
