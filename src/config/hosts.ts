/** What a host's name says about where it is. Nothing is looked up. */

/** Whether the name is this machine's own. `hostname` is as `URL` gives it: an IPv6 address in brackets. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/i.test(
    hostname,
  );
}

/** Addresses of private networks (RFC 1918, RFC 4193, link-local), and names that only such a network resolves (RFC 6762, RFC 8375). */
const PRIVATE =
  /^(10(\.\d{1,3}){3}|192\.168(\.\d{1,3}){2}|172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}|169\.254(\.\d{1,3}){2}|\[f[cd][0-9a-f]{2}:.*\]|\[fe[89ab][0-9a-f]:.*\]|[^.:[\]]+|.+\.(local|lan|home\.arpa|internal))$/i;

/** Whether what is sent to this URL stays on this machine or on the private network that it is in. */
export function staysNear(url: string): boolean {
  const { hostname } = new URL(url);
  return isLoopback(hostname) || PRIVATE.test(hostname);
}
