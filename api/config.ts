import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

/** The environment of the `api` process. */
const ApiConfig = z.object({
  HUB_PROFILE: z.string().min(1).default('dev'),
  HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port(8080),
  API_H2C_PORT: port(8081),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  MARKET_DATA_URL: z.url({ protocol: /^https?$/ }),
  JWT_SECRET: z.string().min(32, 'needs at least 32 characters'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type ApiConfig = z.output<typeof ApiConfig>;

/** Reads and checks the environment. The error names each variable that is wrong, never its value. */
export function readApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const config = ApiConfig.safeParse(env);
  if (config.success) return config.data;
  const wrong = config.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`the environment of the api process is not right: ${wrong.join('; ')}`);
}
