// Counts what comes to all endpoints since the last reset: packets, what their sequence numbers say is
// missing, and how long each was on its way.
#include "endpoints.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Streams at all endpoints; a power of two, and twice as many as there may be. */
#define TABLE 32768
#define MAX_SAMPLES 4000000
/** mediasoup's own, to find out about bandwidth. */
#define PROBATION_SSRC 1234

struct received {
  uint64_t key;
  uint32_t first, last, packets;
};

/** How long packets were on their way, in microseconds. */
struct samples {
  uint32_t *us;
  uint64_t count;
};

static struct received table[TABLE];
/** Of packets from a sender at the same worker of the server, and from one at another. */
static struct samples direct, piped;
static uint64_t packets, bytes, probes, unknown, sent_before;
static bool is_counting;

void meter_reset(void) {
  if (!direct.us) direct.us = malloc(MAX_SAMPLES * sizeof *direct.us);
  if (!piped.us) piped.us = malloc(MAX_SAMPLES * sizeof *piped.us);
  memset(table, 0, sizeof table);
  packets = bytes = probes = unknown = direct.count = piped.count = 0;
  is_counting = true;
  sent_before = streams_sent();
}

static struct received *find(uint64_t key) {
  uint64_t at = key * 0x9E3779B97F4A7C15ull >> 49;
  while (table[at].key != key && table[at].key != 0) at = (at + 1) % TABLE;
  table[at].key = key;
  return &table[at];
}

static void note_sequence(struct endpoint *endpoint, const uint8_t *packet) {
  struct received *received = find((uint64_t)endpoint->fd << 32 | get32(packet + 8));
  uint16_t seq = (uint16_t)get16(packet + 2);
  if (received->packets++ == 0) received->first = received->last = seq;
  int16_t ahead = (int16_t)(seq - (uint16_t)received->last);
  if (ahead > 0) received->last += (uint32_t)ahead;
}

static size_t header_length(const uint8_t *packet, size_t len) {
  size_t header = 12 + 4 * (packet[0] & 15u);
  if (packet[0] & 0x10 && len >= header + 4) header += 4 + 4 * get16(packet + header + 2);
  return header < len ? header : len;
}

void meter_packet(struct endpoint *endpoint, const uint8_t *packet, size_t len, uint64_t at_ns) {
  bool is_rtp = len >= 12 && packet[0] >> 6 == 2 && (packet[1] < 192 || packet[1] > 223);
  if (!is_rtp) return;
  if (endpoint->seq_ext) feedback_arrived(endpoint, packet, len, at_ns);
  if (!is_counting) return;
  if (get32(packet + 8) == PROBATION_SSRC) {
    probes++;
    return;
  }
  packets++;
  bytes += len - header_length(packet, len);
  note_sequence(endpoint, packet);
  const struct endpoint *sender = NULL;
  uint64_t sent_ns = streams_sent_at(get32(packet + 4), &sender);
  if (sent_ns == 0 || sent_ns > at_ns) {
    unknown++;
    return;
  }
  bool is_piped = endpoint->is_webrtc && sender->server_port != endpoint->server_port;
  struct samples *samples = is_piped ? &piped : &direct;
  if (samples->count < MAX_SAMPLES) samples->us[samples->count++] = (uint32_t)((at_ns - sent_ns) / 1000);
}

static int compare(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return a < b ? -1 : a > b;
}

/** Of samples in their order. */
static double quantile_ms(const struct samples *samples, double share) {
  if (samples->count == 0) return 0;
  return samples->us[(uint64_t)(share * (double)(samples->count - 1))] / 1000.0;
}

static void print_samples(const char *name, struct samples *samples) {
  qsort(samples->us, samples->count, sizeof *samples->us, compare);
  printf(",\"%s\":{\"packets\":%lu,\"p50Ms\":%.3f,\"p99Ms\":%.3f}", name, samples->count,
         quantile_ms(samples, 0.5), quantile_ms(samples, 0.99));
}

void meter_report(void) {
  uint64_t lost = 0;
  uint32_t received_streams = 0;
  for (int at = 0; at < TABLE; at++) {
    if (table[at].key == 0) continue;
    received_streams++;
    uint64_t span = (uint64_t)(table[at].last - table[at].first) + 1;
    if (span > table[at].packets) lost += span - table[at].packets;
  }
  printf("{\"sent\":%lu,\"packets\":%lu,\"payloadBytes\":%lu,\"streams\":%u,\"lost\":%lu,\"probes\":%lu,"
         "\"untimed\":%lu",
         streams_sent() - sent_before, packets, bytes, received_streams, lost, probes, unknown);
  print_samples("direct", &direct);
  print_samples("piped", &piped);
  printf("}\n");
}
