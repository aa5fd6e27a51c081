// The DTLS handshake of an endpoint, which gives it the keys of its SRTP (RFC 5764).
#include "endpoints.h"
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#define SALT 12
#define ATTEMPTS 5

static SSL_CTX *context;

static int accept_any(int ok, X509_STORE_CTX *store) {
  // Who the other end is, the bench knows: it started it.
  (void)ok, (void)store;
  return 1;
}

static X509 *make_certificate(EVP_PKEY *key) {
  X509 *certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME *name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"bench", -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

void dtls_prepare(char fingerprint[96]) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = make_certificate(key);
  context = SSL_CTX_new(DTLS_client_method());
  if (!context || SSL_CTX_use_certificate(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1)
    fail("no certificate");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, accept_any);
  // As Chromium offers them, without the suite that it likes least. Gives 0 when all is well.
  if (SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM") != 0)
    fail("no SRTP suites");
  uint8_t digest[32];
  unsigned int len = sizeof digest;
  X509_digest(certificate, EVP_sha256(), digest, &len);
  for (unsigned int at = 0; at < len; at++)
    sprintf(fingerprint + 3 * at, "%02X%s", digest[at], at + 1 < len ? ":" : "");
}

/** Client's key, server's key, client's salt, server's salt (RFC 5764 §4.2). */
static bool derive(struct endpoint *endpoint, SSL *ssl) {
  SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(ssl);
  if (!profile) return false;
  size_t key_len = profile->id == SRTP_AEAD_AES_256_GCM ? 32 : 16;
  static const char label[] = "EXTRACTOR-dtls_srtp";
  uint8_t material[2 * (32 + SALT)];
  size_t len = 2 * (key_len + SALT);
  if (SSL_export_keying_material(ssl, material, len, label, sizeof label - 1, NULL, 0, 0) != 1)
    return false;
  srtp_init(&endpoint->out, material, key_len, material + 2 * key_len);
  return true;
}

bool dtls_connect(struct endpoint *endpoint) {
  struct sockaddr_in peer;
  socklen_t peer_len = sizeof peer;
  getpeername(endpoint->fd, (struct sockaddr *)&peer, &peer_len);
  struct timeval timeout = {.tv_sec = 1};
  setsockopt(endpoint->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  BIO *bio = BIO_new_dgram(endpoint->fd, BIO_NOCLOSE);
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &peer);
  SSL *ssl = SSL_new(context);
  SSL_set_bio(ssl, bio, bio);
  bool connected = false;
  for (int attempt = 0; attempt < ATTEMPTS && !connected; attempt++) {
    connected = SSL_connect(ssl) == 1;
    if (!connected) DTLSv1_handle_timeout(ssl);
  }
  connected = connected && derive(endpoint, ssl);
  // Without a word to the other end, which would take it for the end of the connection.
  SSL_set_quiet_shutdown(ssl, 1);
  SSL_free(ssl);
  return connected;
}
