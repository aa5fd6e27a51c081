// A certificate that signs itself, for development and tests. No browser believes it unasked.
import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

const VALID_DAYS = 30;

/**
 * @param {string} folder that there is; its own are overwritten
 * @param {readonly string[]} hosts names or addresses, at least one
 * @returns {{certFile: string, keyFile: string, keyHash: string}} keyHash: what Chromium's
 *   `--ignore-certificate-errors-spki-list` takes. Throws where there is no openssl
 */
export function makeCertificate(folder, hosts) {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const names = hosts.map((host) => (isIP(host) === 0 ? `DNS:${host}` : `IP:${host}`));
  const { status, stderr, error } = spawnSync(
    'openssl',
    [
      ...`req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days ${VALID_DAYS}`.split(
        ' ',
      ),
      '-subj',
      `/CN=${hosts[0]}`,
      '-addext',
      `subjectAltName=${names.join(',')}`,
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl made no certificate: ${error?.message ?? stderr}`);
  return { certFile, keyFile, keyHash: keyHashOf(certFile) };
}

/** @param {string} certFile */
function keyHashOf(certFile) {
  const { publicKey } = new X509Certificate(readFileSync(certFile));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
