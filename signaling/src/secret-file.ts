// The server's secret when none is set: made once, kept in DATA_DIR, readable by its owner alone.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SECRET_BYTES = 32;

/** Two processes that start at once agree: the file is made by only one of them. */
export const readOrMakeSecret = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, 'jwt-secret');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const made = randomBytes(SECRET_BYTES).toString('base64url');
  try {
    await writeFile(path, made, { flag: 'wx', mode: 0o600 });
    return made;
  } catch {
    const kept = (await readFile(path, 'utf8')).trim();
    if (kept.length < SECRET_BYTES) throw new Error(`${path} holds no secret; remove it`);
    return kept;
  }
};
