// A certified OpenID provider on loopback, which knows a few made-up people and signs in whoever it is told to, without asking.
// It can be told to lie: `POST /told` with {person, acr, cancel, claims, userinfo, sign}; an empty object makes it honest again.
//
//   node provider.mjs '{"port": 4000, "clients": [...], "people": {...}}'

import { createServer } from 'node:http';
import * as jose from 'jose';
import { Provider } from 'oidc-provider';

const given = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${given.port}`;
let told = {};

const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true });
const { privateKey: other } = await jose.generateKeyPair('RS256', { extractable: true });
const jwk = { ...(await jose.exportJWK(privateKey)), kid: 'here', use: 'sig', alg: 'RS256' };
const feide = (name) => `https://n.feide.no/claims/${name}`;

const provider = new Provider(issuer, {
  clients: given.clients,
  jwks: { keys: [jwk] },
  cookies: { keys: ['loopback'] },
  acrValues: ['idporten-loa-low', 'idporten-loa-substantial', 'idporten-loa-high'],
  claims: {
    openid: ['sub', 'pid', 'acr'],
    email: ['email', 'email_verified'],
    'userid-feide': [feide('eduPersonPrincipalName')],
    'groups-edu': [feide('eduPersonAffiliation')],
  },
  scopes: ['openid', 'email', 'profile', 'userid-feide', 'groups-edu'],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...given.people[id] }) }),
});

const signers = {
  other: (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'here' }).sign(other),
  secret: (claims) =>
    new jose.SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(given.clients[0].client_secret)),
  none: (claims) => new jose.UnsecuredJWT(claims).encode(),
  here: (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'here' }).sign(privateKey),
};

provider.use(async (ctx, next) => {
  await next();
  const route = ctx.oidc?.route;
  if (route === 'token' && ctx.body?.id_token && (told.claims || told.sign)) {
    const claims = { ...jose.decodeJwt(ctx.body.id_token), ...told.claims };
    for (const [name, value] of Object.entries(claims)) if (value === null) delete claims[name];
    ctx.body.id_token = await signers[told.sign ?? 'here'](claims);
  }
  if (route === 'userinfo' && told.userinfo) ctx.body = { ...ctx.body, ...told.userinfo };
});

async function interact(request, response) {
  const { prompt, params, grantId, session } = await provider.interactionDetails(request, response);
  if (told.cancel) return provider.interactionFinished(request, response, { error: 'access_denied' });
  if (prompt.name === 'login') {
    const login = { accountId: told.person ?? 'kari', ...(told.acr ? { acr: told.acr } : {}) };
    return provider.interactionFinished(request, response, { login });
  }
  const known = { accountId: session.accountId, clientId: params.client_id };
  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant(known);
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

async function listen(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  told = JSON.parse(Buffer.concat(parts).toString());
  response.end('told');
}

createServer((request, response) => {
  if (request.url === '/told') return listen(request, response);
  if (request.url.startsWith('/interaction/')) {
    return interact(request, response).catch((problem) => response.writeHead(500).end(String(problem)));
  }
  return provider.callback()(request, response);
}).listen(given.port, '127.0.0.1', () => console.log('ready'));
