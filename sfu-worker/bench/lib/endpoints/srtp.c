// SRTP and SRTCP with AES-GCM (RFC 7714), the sending side: what comes back is counted, not opened.
#include "endpoints.h"
#include <string.h>

#define TAG 16

enum { RTP_KEY = 0, RTP_SALT = 2, RTCP_KEY = 3, RTCP_SALT = 5 };

/** RFC 3711 §4.3.1 with RFC 7714 §11: counter mode over the label and the salt, which is 12 bytes here. */
static void derive(const uint8_t *key, size_t key_len, const uint8_t *salt, int label, uint8_t *out,
                   int out_len) {
  uint8_t counter[16] = {0}, zeros[32] = {0};
  memcpy(counter, salt, 12);
  counter[7] ^= (uint8_t)label;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, key_len == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), NULL, key, counter);
  int done;
  EVP_EncryptUpdate(context, out, &done, zeros, out_len);
  EVP_CIPHER_CTX_free(context);
}

static EVP_CIPHER_CTX *cipher_with(const uint8_t *key, size_t key_len) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, key_len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), NULL, key, NULL);
  return context;
}

void srtp_init(struct srtp *srtp, const uint8_t *key, size_t key_len, const uint8_t *salt) {
  uint8_t session_key[32];
  derive(key, key_len, salt, RTP_KEY, session_key, (int)key_len);
  srtp->rtp = cipher_with(session_key, key_len);
  derive(key, key_len, salt, RTCP_KEY, session_key, (int)key_len);
  srtp->rtcp = cipher_with(session_key, key_len);
  derive(key, key_len, salt, RTP_SALT, srtp->rtp_salt, 12);
  derive(key, key_len, salt, RTCP_SALT, srtp->rtcp_salt, 12);
}

static void mask(uint8_t iv[12], const uint8_t salt[12]) {
  for (int at = 0; at < 12; at++) iv[at] ^= salt[at];
}

size_t srtp_protect(struct srtp *srtp, uint8_t *packet, size_t header_len, size_t len,
                    uint32_t seq_rollover) {
  uint8_t iv[12] = {0};
  memcpy(iv + 2, packet + 8, 4);
  put32(iv + 6, seq_rollover);
  memcpy(iv + 10, packet + 2, 2);
  mask(iv, srtp->rtp_salt);
  int done;
  EVP_EncryptInit_ex(srtp->rtp, NULL, NULL, NULL, iv);
  EVP_EncryptUpdate(srtp->rtp, NULL, &done, packet, (int)header_len);
  EVP_EncryptUpdate(srtp->rtp, packet + header_len, &done, packet + header_len, (int)(len - header_len));
  EVP_EncryptFinal_ex(srtp->rtp, packet + len, &done);
  EVP_CIPHER_CTX_ctrl(srtp->rtp, EVP_CTRL_GCM_GET_TAG, TAG, packet + len);
  return len + TAG;
}

size_t srtcp_protect(struct srtp *srtp, uint8_t *packet, size_t len) {
  uint8_t iv[12] = {0}, trailer[4];
  srtp->rtcp_index = (srtp->rtcp_index + 1) & 0x7FFFFFFF;
  put32(trailer, 0x80000000u | srtp->rtcp_index);
  memcpy(iv + 2, packet + 4, 4);
  put32(iv + 8, srtp->rtcp_index);
  mask(iv, srtp->rtcp_salt);
  int done;
  EVP_EncryptInit_ex(srtp->rtcp, NULL, NULL, NULL, iv);
  EVP_EncryptUpdate(srtp->rtcp, NULL, &done, packet, 8);
  EVP_EncryptUpdate(srtp->rtcp, NULL, &done, trailer, 4);
  EVP_EncryptUpdate(srtp->rtcp, packet + 8, &done, packet + 8, (int)len - 8);
  EVP_EncryptFinal_ex(srtp->rtcp, packet + len, &done);
  EVP_CIPHER_CTX_ctrl(srtp->rtcp, EVP_CTRL_GCM_GET_TAG, TAG, packet + len);
  memcpy(packet + len + TAG, trailer, 4);
  return len + TAG + 4;
}
