// The one STUN message that a client of an ICE lite server has to send (RFC 8489, RFC 8445).
#include "endpoints.h"
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define HEADER 20
#define COOKIE 0x2112A442u
#define FINGERPRINT_XOR 0x5354554Eu

enum { USERNAME = 0x06, INTEGRITY = 0x08, PRIORITY = 0x24, USE_CANDIDATE = 0x25 };
enum { FINGERPRINT = 0x8028, CONTROLLING = 0x802A };

static uint32_t crc32_of(const uint8_t *data, size_t len) {
  uint32_t crc = ~0u;
  for (size_t at = 0; at < len; at++) {
    crc ^= data[at];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & -(crc & 1));
  }
  return ~crc;
}

/** Appends it padded, and says in the header that it is there. */
static size_t attribute(uint8_t *out, size_t len, int type, const void *value, size_t size) {
  size_t padded = (size + 3) & ~(size_t)3;
  put16(out + len, (uint32_t)type);
  put16(out + len + 2, (uint32_t)size);
  memset(out + len + 4, 0, padded);
  if (value) memcpy(out + len + 4, value, size);
  put16(out + 2, (uint32_t)(len + 4 + padded - HEADER));
  return len + 4 + padded;
}

size_t stun_binding(uint8_t *out, const char *ufrag, const char *password) {
  char username[128];
  int name_len = snprintf(username, sizeof username, "%s:bench", ufrag);
  uint8_t priority[4], tie_breaker[8], integrity[20], fingerprint[4];
  put32(priority, 0x7E0000FF);
  RAND_bytes(tie_breaker, sizeof tie_breaker);

  put16(out, 1);
  put32(out + 4, COOKIE);
  RAND_bytes(out + 8, 12);
  size_t len = attribute(out, HEADER, USERNAME, username, (size_t)name_len);
  len = attribute(out, len, PRIORITY, priority, sizeof priority);
  len = attribute(out, len, CONTROLLING, tie_breaker, sizeof tie_breaker);
  len = attribute(out, len, USE_CANDIDATE, NULL, 0);

  // Each is of what stands before it, with a length in the header that counts itself already.
  size_t before = len;
  len = attribute(out, len, INTEGRITY, NULL, sizeof integrity);
  unsigned int size = sizeof integrity;
  HMAC(EVP_sha1(), password, (int)strlen(password), out, before, integrity, &size);
  memcpy(out + before + 4, integrity, sizeof integrity);

  before = len;
  len = attribute(out, len, FINGERPRINT, NULL, sizeof fingerprint);
  put32(fingerprint, crc32_of(out, before) ^ FINGERPRINT_XOR);
  memcpy(out + before + 4, fingerprint, sizeof fingerprint);
  return len;
}
