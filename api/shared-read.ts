import type { DescMessage, DescMethodUnary, Message } from '@bufbuild/protobuf';
import { createRoute, z } from '@hono/zod-openapi';
import type { ErrorCode } from '../contracts/errors.ts';
import type { Caller, Role } from '../contracts/identity/caller.ts';
import { readMessage, type Source, toMessage } from '../proto/messages.ts';
import type { HubUseCases } from '../use-cases/hub-use-cases.ts';
import { callerOf } from './api-env.ts';
import { assertRole } from './auth.ts';
import { callerOf as callerOfCall } from './connect/call-context.ts';
import type { Feature } from './feature.ts';
import { parseRequest } from './rest/invalid-request.ts';
import {
  adminProblems,
  BEARER_SECURITY,
  jsonAnswer,
  signedInProblems,
} from './rest/route-parts.ts';

/** A read that REST and Connect both have, told once. */
export interface SharedRead<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Answer extends z.ZodType,
  Response extends DescMessage,
> {
  path: string;
  /** Also the name of the call in clients that are generated. */
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  /** Whom it is for; unless said, for whoever is signed in. */
  role?: Extract<Role, 'OPERATOR'>;
  /** Placeholders of the path. */
  params?: Params;
  /** The RPC's request has the fields of the path and the query under the same names. */
  query?: Query;
  answer: Answer;
  /** What the answer is, in a few words. */
  answers: string;
  /** Codes with which it fails beside those of every signed-in call. */
  failures?: ErrorCode[];
  rpc: DescMethodUnary<DescMessage, Response>;
  /** Says the parameters of the RPC as the query says them, where the two differ. */
  inRestWords?(given: Texts): Texts;
  read(
    useCases: HubUseCases,
    caller: Caller,
    request: Request<Params, Query>,
  ): Promise<z.input<Answer>>;
  /** What the RPC's response is made of: a message names what it carries. */
  toResponse(answer: z.input<Answer>): Source<Response>;
}

type Request<Params extends z.ZodObject, Query extends z.ZodObject> = z.output<Params> &
  z.output<Query>;

/** The read as a route and as an RPC. */
export function sharedRead<
  Answer extends z.ZodType,
  Response extends DescMessage,
  Params extends z.ZodObject = typeof NOTHING,
  Query extends z.ZodObject = typeof NOTHING,
>(shared: SharedRead<Params, Query, Answer, Response>): Feature {
  const { path, operationId, tags, summary, description, role } = shared;
  const { params, query, answer, failures = [], rpc } = shared;
  const { inRestWords = (given) => given } = shared;
  const problems = role === 'OPERATOR' ? adminProblems : signedInProblems;
  const route = createRoute({
    ...{ method: 'get', path, operationId, tags, summary, security: BEARER_SECURITY },
    ...(description !== undefined && { description }),
    request: { ...(params && { params }), ...(query && { query }) },
    responses: { 200: jsonAnswer(answer, shared.answers), ...problems(...failures) },
  });
  return {
    routes(app, useCases, { signedIn, operator }) {
      const middleware = role === 'OPERATOR' ? operator : signedIn;
      app.openapi({ ...route, middleware }, async (c) => {
        const valid = (target: 'param' | 'query') => c.req.valid(target as never) as object;
        const request = { ...valid('param'), ...valid('query') } as Request<Params, Query>;
        return c.json(await shared.read(useCases, callerOf(c), request), 200) as never;
      });
    },
    services(router, useCases) {
      router.rpc(rpc, async (message, context) => {
        const caller = callerOfCall(context);
        if (role) assertRole(caller, role);
        const request = {
          ...parseRequest(params ?? NOTHING, textsOf(rpc.input, message, params)),
          ...parseRequest(query ?? NOTHING, inRestWords(givenIn(rpc.input, message, query))),
        } as Request<Params, Query>;
        const found = await shared.read(useCases, caller, request);
        return toMessage<DescMessage>(rpc.output, shared.toResponse(found)) as never;
      });
    },
  };
}

const NOTHING = z.object({});

type Texts = Record<string, string>;

/** The fields of a request that a schema names; one with proto3's default was not given. */
const fieldsOf = (desc: DescMessage, message: Message, schema = NOTHING) =>
  Object.entries(readMessage(desc, message, Object.keys(schema.shape)));

/** As the path has them: a placeholder is never left out. */
const textsOf = (...of: Parameters<typeof fieldsOf>): Texts =>
  Object.fromEntries(fieldsOf(...of).map(([name, value]) => [name, String(value ?? '')]));

/** As the query has them. */
const givenIn = (...of: Parameters<typeof fieldsOf>): Texts =>
  Object.fromEntries(
    fieldsOf(...of).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    ),
  );
