// Names for what Node's and the browser's type libraries call differently.

/** Bytes that WebCrypto takes: never a view of shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The global CryptoKey, whichever library declares it. */
export type WebCryptoKey = InstanceType<typeof CryptoKey>;

export type WebMessagePort = InstanceType<typeof MessagePort>;
