// An OpenID provider on loopback for tests: node-oidc-provider with its development interactions (any login is taken).
// Its one argument is a JSON file: {port, jwks, clients, audience}.
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const { port, jwks, clients, audience } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks,
  cookies: { keys: ['of one test run'] },
  pkce: { required: () => true },
  // The house under test listens on loopback, which the library's own guard would refuse.
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'api',
        audience,
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
provider.listen(port, '127.0.0.1');
