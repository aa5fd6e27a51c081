// Counts what comes to all endpoints since the last reset: packets, what their sequence numbers say is
// missing, and how long each was on its way.
#include "endpoints.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Streams at all endpoints; a power of two, and twice as many as there may be. */
#define TABLE 32768
#define MAX_SAMPLES 8000000
/** mediasoup's own, to find out about bandwidth. */
#define PROBATION_SSRC 1234

struct received {
  uint64_t key;
  uint32_t first, last, packets;
};

static struct received table[TABLE];
static uint32_t *samples_us;
static uint64_t packets, bytes, probes, unknown, sample_count, sent_before;

void meter_reset(void) {
  if (!samples_us) samples_us = malloc(MAX_SAMPLES * sizeof *samples_us);
  memset(table, 0, sizeof table);
  packets = bytes = probes = unknown = sample_count = 0;
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
  if (!samples_us) return;
  if (get32(packet + 8) == PROBATION_SSRC) {
    probes++;
    return;
  }
  packets++;
  bytes += len - header_length(packet, len);
  note_sequence(endpoint, packet);
  uint64_t sent_ns = streams_sent_at(get32(packet + 4));
  if (sent_ns == 0 || sent_ns > at_ns) unknown++;
  else if (sample_count < MAX_SAMPLES) samples_us[sample_count++] = (uint32_t)((at_ns - sent_ns) / 1000);
}

static int compare(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return a < b ? -1 : a > b;
}

static double quantile_ms(double share) {
  if (sample_count == 0) return 0;
  return samples_us[(uint64_t)(share * (double)(sample_count - 1))] / 1000.0;
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
  qsort(samples_us, sample_count, sizeof *samples_us, compare);
  printf("{\"sent\":%lu,\"packets\":%lu,\"payloadBytes\":%lu,\"streams\":%u,\"lost\":%lu,\"probes\":%lu,"
         "\"untimed\":%lu,\"p50Ms\":%.3f,\"p99Ms\":%.3f}\n",
         streams_sent() - sent_before, packets, bytes, received_streams, lost, probes, unknown,
         quantile_ms(0.5), quantile_ms(0.99));
}
