// The types of certificate.mjs, for tests.
export const makeCertificate: (
  folder: string,
  hosts: readonly string[],
) => { readonly certFile: string; readonly keyFile: string; readonly keyHash: string };
