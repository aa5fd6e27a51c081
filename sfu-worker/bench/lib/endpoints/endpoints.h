// The media ends that the bench drives: each endpoint is a UDP socket that speaks to a media server, as
// WebRTC (ICE, DTLS, SRTP) or as plain RTP. main.c takes commands; ../endpoints.ts gives them.
#pragma once
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_ENDPOINTS 256
#define MAX_PACKET 1500
/** Of feedback: what one round of it tells of is far less. */
#define ARRIVALS 4096

/** One direction of SRTP and SRTCP with AES-GCM (RFC 7714). */
struct srtp {
  EVP_CIPHER_CTX *rtp, *rtcp;
  uint8_t rtp_salt[12], rtcp_salt[12];
  uint32_t rtcp_index;
};

struct endpoint {
  int fd;
  bool is_webrtc;
  /** Of the server, which is another for each of its workers. */
  int server_port;
  struct srtp out;
  /** Sent again and again: a media server gives up who does not ask for its consent (RFC 7675). */
  uint8_t binding[256];
  size_t binding_len;
  /** The id of the transport-wide sequence number's header extension in what comes; 0: no feedback. */
  int seq_ext;
  /** Of each transport-wide sequence number since the last feedback, in microseconds; 0: has not come. */
  uint64_t arrivals[ARRIVALS];
  uint16_t first_seq, last_seq;
  bool has_arrivals;
  uint8_t feedback_count;
  uint16_t sent_seq;
};

extern struct endpoint *endpoints[MAX_ENDPOINTS];

uint64_t now_ns(void);
void fail(const char *what);
void put16(uint8_t *at, uint32_t value);
void put32(uint8_t *at, uint32_t value);
uint32_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);

/** A binding request that nominates, of one that controls (RFC 8445 §7.1); gives its length. */
size_t stun_binding(uint8_t *out, const char *ufrag, const char *password);

/** Makes the certificate of all endpoints; gives its SHA-256 as browsers write it. */
void dtls_prepare(char fingerprint[96]);
/** The handshake as a client, on a connected socket that blocks; false: it failed. */
bool dtls_connect(struct endpoint *endpoint);

void srtp_init(struct srtp *srtp, const uint8_t *key, size_t key_len, const uint8_t *salt);
/** Both encrypt in place and give the new length; `seq_rollover` counts how often `seq` began anew. */
size_t srtp_protect(struct srtp *srtp, uint8_t *packet, size_t header_len, size_t len,
                    uint32_t seq_rollover);
size_t srtcp_protect(struct srtp *srtp, uint8_t *packet, size_t len);

/** Packets of all streams that are due; gives when the next is. */
uint64_t streams_send_due(uint64_t at_ns);
void streams_send_reports(uint64_t at_ns);
void streams_start(uint64_t at_ns);
/** Gives false where there are too many. */
bool streams_add(int endpoint, int source, char kind, uint32_t ssrc, int payload_type, double per_second,
                 int packets, int bytes);
uint64_t streams_sent(void);
/** When the packet with this timestamp was sent, and by whom; 0: not known. */
uint64_t streams_sent_at(uint32_t timestamp, const struct endpoint **by);

/** By the packet's header extension. */
void feedback_arrived(struct endpoint *endpoint, const uint8_t *packet, size_t len, uint64_t at_ns);
void feedback_send(struct endpoint *endpoint);

void meter_packet(struct endpoint *endpoint, const uint8_t *packet, size_t len, uint64_t at_ns);
void meter_reset(void);
/** As one line of JSON. */
void meter_report(void);
