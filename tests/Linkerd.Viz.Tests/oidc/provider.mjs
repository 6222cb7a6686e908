// An OpenID Connect provider for the tests: the package oidc-provider with two keys, one of them in use, and an account that logs in by itself.
// Usage: node provider.mjs PORT REDIRECT_URI KEYS.json; prints "ready" when it listens. The first key of KEYS.json signs.
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const [port, redirect, keys] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'dashboard', client_secret: 'client-secret', redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
  jwks: JSON.parse(readFileSync(keys, 'utf8')),
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ['test'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: 'alice@example.com', email_verified: true, groups: ['sre', 'all'] }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});
// Whoever comes is alice and consents.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === 'login') return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'alice' } });
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid email profile groups');
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
