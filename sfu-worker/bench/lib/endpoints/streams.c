// What endpoints send: frames of as many packets at a steady rate, as Opus or as VP8 in three temporal
// layers, and sender reports. Every packet has a timestamp of its own, by which its way is timed.
#define _GNU_SOURCE
#include "endpoints.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_STREAMS 512
#define MAX_BURST 16
#define SECOND_NS 1000000000ull
/** Between key frames. Real ones come when they are asked for, which takes reading what is encrypted. */
#define KEY_FRAME_EVERY_NS (2 * SECOND_NS)

/** Timestamps of source n begin at n << 25: more than six minutes of video each. */
#define SOURCE_BITS 25
#define MAX_SOURCES (1 << (32 - SOURCE_BITS))
/** Packets of a frame are this far apart: a server that shifts a timestamp by rounding is no riddle. */
#define STEP 8
/** Layers of one camera are of other moments. */
#define LAYER_OFFSET 1000
#define REMEMBERED 32768

/** As sfu-worker/test/rtp-fixtures.ts announces them. */
enum { LEVEL_EXT = 1, SEND_TIME_EXT = 2, SEQ_EXT = 3 };

struct sent {
  uint32_t timestamp;
  uint64_t at_ns;
};

struct stream {
  int endpoint, source, layer, payload_type, packets, bytes;
  bool is_video;
  uint32_t ssrc, frame, seq, sent_packets, sent_bytes;
  uint32_t picture, tl0;
  uint64_t every_ns, start_ns, next_ns, key_ns;
};

static struct stream streams[MAX_STREAMS];
static int count;
static uint64_t sent_packets;
static struct sent *sent_by[MAX_SOURCES];
static int layers_of[MAX_SOURCES];
static int endpoint_of[MAX_SOURCES];
static uint64_t origin_ns[MAX_SOURCES];

bool streams_add(int endpoint, int source, char kind, uint32_t ssrc, int payload_type, double per_second,
                 int packets, int bytes) {
  if (count == MAX_STREAMS || source >= MAX_SOURCES || packets > MAX_BURST) return false;
  if (!sent_by[source]) sent_by[source] = calloc(REMEMBERED, sizeof(struct sent));
  endpoint_of[source] = endpoint;
  streams[count++] = (struct stream){.endpoint = endpoint,
                                     .source = source,
                                     .layer = layers_of[source]++,
                                     .is_video = kind == 'v',
                                     .ssrc = ssrc,
                                     .payload_type = payload_type,
                                     .packets = packets,
                                     .bytes = bytes,
                                     .seq = ssrc & 0xFFF,
                                     .every_ns = (uint64_t)(SECOND_NS / per_second)};
  return true;
}

static uint64_t clock_rate(const struct stream *stream) { return stream->is_video ? 90000 : 48000; }

static uint32_t timestamp_at(const struct stream *stream, uint64_t at_ns) {
  uint64_t since = at_ns - origin_ns[stream->source];
  return ((uint32_t)stream->source << SOURCE_BITS) + (uint32_t)(since * clock_rate(stream) / SECOND_NS);
}

void streams_start(uint64_t at_ns) {
  for (int at = 0; at < count; at++) {
    struct stream *stream = &streams[at];
    // Spread over the time of a frame, the same in every run.
    if (stream->layer == 0)
      origin_ns[stream->source] = at_ns + (uint64_t)stream->source * 7919 * 1000 % stream->every_ns;
    stream->start_ns = origin_ns[stream->source] +
                       (uint64_t)stream->layer * LAYER_OFFSET * SECOND_NS / clock_rate(stream);
    stream->next_ns = stream->start_ns;
  }
}

/** RFC 8285 one-byte header extensions; gives the length of header and extensions. */
static size_t put_header(const struct stream *stream, uint8_t *out, uint32_t timestamp, bool is_last,
                         uint64_t at_ns) {
  struct endpoint *endpoint = endpoints[stream->endpoint];
  out[0] = endpoint->is_webrtc ? 0x90 : 0x80;
  out[1] = (uint8_t)(stream->payload_type | (is_last ? 0x80 : 0));
  put16(out + 2, stream->seq & 0xFFFF);
  put32(out + 4, timestamp);
  put32(out + 8, stream->ssrc);
  if (!endpoint->is_webrtc) return 12;
  uint8_t *at = out + 16;
  if (!stream->is_video) {
    *at++ = LEVEL_EXT << 4;
    *at++ = (uint8_t)(0x80 | (30 + stream->frame % 20));
  }
  uint32_t send_time = (uint32_t)((at_ns << 18) / SECOND_NS) & 0xFFFFFF;
  *at++ = SEND_TIME_EXT << 4 | 2;
  *at++ = (uint8_t)(send_time >> 16);
  put16(at, send_time & 0xFFFF);
  at += 2;
  *at++ = SEQ_EXT << 4 | 1;
  put16(at, endpoint->sent_seq++);
  at += 2;
  while ((at - out) % 4) *at++ = 0;
  put16(out + 12, 0xBEDE);
  put16(out + 14, (uint32_t)(at - out - 16) / 4);
  return (size_t)(at - out);
}

/** RFC 7741 §4.2, with the fields that Chromium sends; what follows stands for ciphertext. */
static size_t put_descriptor(struct stream *stream, uint8_t *out, bool is_key, bool is_first) {
  static const uint8_t temporal[] = {0, 2, 1, 2};
  uint8_t layer = is_key ? 0 : temporal[stream->frame % 4];
  out[0] = 0x80 | (is_first ? 0x10 : 0);
  out[1] = 0xE0;
  put16(out + 2, 0x8000 | (stream->picture & 0x7FFF));
  out[4] = (uint8_t)stream->tl0;
  out[5] = (uint8_t)(layer << 6 | (layer > 0 ? 0x20 : 0));
  out[6] = is_key ? 0x10 : 0x11;
  return 7;
}

static size_t put_payload(struct stream *stream, uint8_t *out, bool is_key, bool is_first) {
  size_t len = stream->is_video ? put_descriptor(stream, out, is_key, is_first) : 0;
  if ((size_t)stream->bytes > len) memset(out + len, 0xA5, (size_t)stream->bytes - len);
  return (size_t)stream->bytes > len ? (size_t)stream->bytes : len;
}

static void send_frame(struct stream *stream) {
  static uint8_t packets[MAX_BURST][MAX_PACKET];
  struct iovec pieces[MAX_BURST];
  struct mmsghdr messages[MAX_BURST] = {0};
  struct endpoint *endpoint = endpoints[stream->endpoint];
  bool is_key = stream->is_video && stream->next_ns >= stream->key_ns;
  if (is_key) stream->key_ns = stream->next_ns + KEY_FRAME_EVERY_NS;
  if (is_key || stream->frame % 4 == 0) stream->tl0++;
  uint32_t timestamp = timestamp_at(stream, stream->next_ns) & ~(uint32_t)(STEP - 1);
  uint64_t at_ns = now_ns();
  for (int index = 0; index < stream->packets; index++) {
    uint8_t *packet = packets[index];
    uint32_t own = timestamp + (uint32_t)index * STEP;
    size_t header = put_header(stream, packet, own, index + 1 == stream->packets, at_ns);
    size_t len = header + put_payload(stream, packet + header, is_key, index == 0);
    stream->sent_packets++;
    stream->sent_bytes += (uint32_t)(len - header);
    if (endpoint->is_webrtc) len = srtp_protect(&endpoint->out, packet, header, len, stream->seq >> 16);
    stream->seq++;
    pieces[index] = (struct iovec){packet, len};
    messages[index].msg_hdr = (struct msghdr){.msg_iov = &pieces[index], .msg_iovlen = 1};
    struct sent *sent = &sent_by[stream->source][own / STEP % REMEMBERED];
    *sent = (struct sent){own, 0};
  }
  at_ns = now_ns();
  for (int index = 0; index < stream->packets; index++) {
    uint32_t own = timestamp + (uint32_t)index * STEP;
    sent_by[stream->source][own / STEP % REMEMBERED].at_ns = at_ns;
  }
  int sent = sendmmsg(endpoint->fd, messages, (unsigned int)stream->packets, 0);
  if (sent > 0) sent_packets += (uint64_t)sent;
  stream->frame++;
  stream->picture++;
}

uint64_t streams_send_due(uint64_t at_ns) {
  uint64_t next = UINT64_MAX;
  for (int at = 0; at < count; at++) {
    struct stream *stream = &streams[at];
    if (stream->next_ns == 0) continue;
    if (stream->next_ns <= at_ns) {
      send_frame(stream);
      stream->next_ns += stream->every_ns;
    }
    if (stream->next_ns < next) next = stream->next_ns;
  }
  return next;
}

/** RFC 3550 §6.4.1. Between layers, a server finds its way by these alone. */
void streams_send_reports(uint64_t at_ns) {
  for (int at = 0; at < count; at++) {
    struct stream *stream = &streams[at];
    struct endpoint *endpoint = endpoints[stream->endpoint];
    if (!endpoint->is_webrtc || at_ns < stream->start_ns) continue;
    uint8_t packet[64] = {0x80, 200, 0, 6};
    put32(packet + 4, stream->ssrc);
    put32(packet + 8, (uint32_t)(at_ns / SECOND_NS + 2208988800ull));
    put32(packet + 12, (uint32_t)((at_ns % SECOND_NS << 32) / SECOND_NS));
    put32(packet + 16, timestamp_at(stream, at_ns));
    put32(packet + 20, stream->sent_packets);
    put32(packet + 24, stream->sent_bytes);
    send(endpoint->fd, packet, srtcp_protect(&endpoint->out, packet, 28), 0);
  }
}

uint64_t streams_sent(void) { return sent_packets; }

uint64_t streams_sent_at(uint32_t timestamp, const struct endpoint **by) {
  uint32_t nearest = (timestamp + STEP / 2) & ~(uint32_t)(STEP - 1);
  struct sent *of_source = sent_by[nearest >> SOURCE_BITS];
  if (!of_source) return 0;
  *by = endpoints[endpoint_of[nearest >> SOURCE_BITS]];
  struct sent *sent = &of_source[nearest / STEP % REMEMBERED];
  return sent->timestamp == nearest ? sent->at_ns : 0;
}
