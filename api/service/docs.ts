import { readFileSync } from 'node:fs';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { secureHeaders } from 'hono/secure-headers';
import { HubError } from '../../contracts/errors.ts';
import type { ApiEnv } from '../api-env.ts';
import { addCommonAnswers } from '../rest/common-answers.ts';
import { PROBLEM_CONTENT_TYPE } from '../rest/problem.ts';

const EXPLORER_FILES = import.meta.resolve('swagger-ui-dist/package.json');

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/**
 * Read once: every answer sends the same bytes, so that who asks often costs no memory. The
 * explorer works without a network.
 */
const FILES = new Map(
  Object.entries(ASSETS).map(([name, contentType]) => [
    name,
    { contentType, content: readFileSync(new URL(name, EXPLORER_FILES)) },
  ]),
);

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hub Investments API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Hub Investments API',
    version: '1.0.0',
    description:
      'Amounts are decimal strings, times RFC 3339 in UTC, errors RFC 9457 problem details with a stable `code`. ' +
      'Log in, then paste the access token under Authorize.',
  },
  servers: [{ url: '/' }],
};

/**
 * Swagger UI writes style attributes and draws icons as data URLs; scripts come from here alone.
 */
const explorerHeaders = secureHeaders({
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

const PROBLEM = {
  content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};

function describeApi(app: OpenAPIHono<ApiEnv>): object {
  const described = app.getOpenAPI31Document(INFO);
  addCommonAnswers(described.paths ?? {}, PROBLEM);
  return described;
}

/** The document of all routes registered so far and after, and the explorer that reads it. */
export function registerDocsRoutes(app: OpenAPIHono<ApiEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  let document: string | undefined;
  app.get('/openapi.json', (c) => {
    // Built once, at the first request: all routes are there by then.
    document ??= JSON.stringify(describeApi(app));
    return c.body(document, 200, { 'Content-Type': 'application/json' });
  });

  app.use('/docs', explorerHeaders);
  app.use('/docs/*', explorerHeaders);
  app.get('/docs', (c) => c.html(PAGE));
  app.get('/docs/start.js', (c) =>
    c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/docs/:asset', (c) => {
    const file = FILES.get(c.req.param('asset'));
    if (file === undefined) throw new HubError('NOT_FOUND');
    return c.body(file.content, 200, {
      'Content-Type': file.contentType,
      'Cache-Control': 'public, max-age=86400',
    });
  });
}
