// The server's secret when none is set: made once, kept in DATA_DIR, readable by its owner alone.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SECRET_BYTES = 32;

/** Two processes that start at once agree: the file appears whole, and made by only one of them. */
export const readOrMakeSecret = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, 'jwt-secret');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600 });
  try {
    await link(own, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    await unlink(own);
  }
  const secret = (await readFile(path, 'utf8')).trim();
  if (secret.length < SECRET_BYTES) throw new Error(`${path} holds no secret; remove it`);
  return secret;
};
