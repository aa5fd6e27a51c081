// What our build of the mediasoup worker is made of. The cached binary is keyed by a hash of this
// file and of subprojects/: change either, and the worker is built anew.

export const MEDIASOUP_VERSION = '3.27.1';

/** Debian packages; python3 runs meson. */
export const PACKAGES = [
  'ninja-build',
  'pkg-config',
  'g++',
  'python3',
  'libuv1-dev',
  'libssl-dev',
  'libabsl-dev',
  'flatbuffers-compiler',
  'libflatbuffers-dev',
];

/** From Debian's archive, in folders of our own: no change to the system's sources. */
export const ARCHIVE = {
  url: 'http://deb.debian.org/debian',
  keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
  keyringPackage: 'debian-archive-keyring',
  libsrtp: { suite: 'bookworm', source: 'libsrtp2', version: '2.5.0' },
  meson: { suite: 'bookworm-backports', oldest: [1, 1] },
};

/** Each must be found exactly once, or the build fails: a new version wants a new look. */
export const PATCHES = [
  {
    // OpenSSL calls with BIO_CB_CTRL | BIO_CB_RETURN to ask whether the kernel does TLS (Debian's
    // is built with that). The callback answered 1, yes, for which OpenSSL allocates no write
    // buffer, and the worker died of SIGSEGV in do_dtls1_write at the first DTLS handshake.
    file: 'src/RTC/DtlsTransport.cpp',
    find: '(operationType == BIO_CB_RETURN)',
    replace: '(operationType & BIO_CB_RETURN)',
  },
];

export const MESON_ARGS = ['--wrap-mode=nodownload', '--buildtype=release', '-Db_ndebug=true'];
export const TARGET = 'mediasoup-worker';
