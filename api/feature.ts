import type { ConnectRouter } from '@connectrpc/connect';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HubUseCases } from '../use-cases/hub-use-cases.ts';
import type { ApiEnv } from './api-env.ts';
import type { Guards } from './auth.ts';

/** What of a feature the surfaces have: routes of REST, services of Connect, or both. */
export interface Feature {
  routes?(app: OpenAPIHono<ApiEnv>, useCases: HubUseCases, guards: Guards): void;
  services?(router: ConnectRouter, useCases: HubUseCases): void;
}
