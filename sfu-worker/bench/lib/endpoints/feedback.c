// Transport-wide congestion control feedback, as browsers send it: when each packet came
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). A server takes its bandwidth from this.
#include "endpoints.h"
#include <string.h>
#include <sys/socket.h>

#define TICK_US 250
#define REFERENCE_US 64000
/** In one feedback; more wait for the next. */
#define MOST 400

enum symbol { NOT_RECEIVED, SMALL, LARGE };

static void note(struct endpoint *endpoint, uint16_t seq, uint64_t at_us) {
  if (!endpoint->has_arrivals) {
    endpoint->has_arrivals = true;
    endpoint->first_seq = endpoint->last_seq = seq;
  }
  if ((int16_t)(seq - endpoint->first_seq) < 0) return;
  while ((int16_t)(seq - endpoint->last_seq) > 0) endpoint->arrivals[++endpoint->last_seq % ARRIVALS] = 0;
  endpoint->arrivals[seq % ARRIVALS] = at_us;
}

void feedback_arrived(struct endpoint *endpoint, const uint8_t *packet, size_t len, uint64_t at_ns) {
  if ((packet[0] & 0x10) == 0 || get16(packet + 12) != 0xBEDE) return;
  const uint8_t *at = packet + 16, *end = at + 4 * get16(packet + 14);
  if (end > packet + len) return;
  while (at < end) {
    int id = *at >> 4, size = (*at & 15) + 1;
    if (id == 0) {
      at++;
      continue;
    }
    if (id == endpoint->seq_ext) note(endpoint, (uint16_t)get16(at + 1), at_ns / 1000);
    at += 1 + size;
  }
}

/** Run-length chunks (§3.1.3) of the symbols; gives the length. */
static size_t put_chunks(uint8_t *out, const uint8_t *symbols, int count) {
  size_t len = 0;
  for (int from = 0; from < count;) {
    int to = from;
    while (to < count && symbols[to] == symbols[from]) to++;
    put16(out + len, (uint32_t)(symbols[from] << 13 | (to - from)));
    len += 2;
    from = to;
  }
  return len;
}

static void send_some(struct endpoint *endpoint, int count) {
  uint8_t packet[MAX_PACKET], symbols[MOST], deltas[2 * MOST];
  size_t deltas_len = 0;
  uint64_t previous = 0, reference = 0;
  for (int at = 0; at < count; at++) {
    uint64_t arrival = endpoint->arrivals[(uint16_t)(endpoint->first_seq + at) % ARRIVALS];
    symbols[at] = NOT_RECEIVED;
    if (arrival == 0) continue;
    if (previous == 0) {
      reference = arrival / REFERENCE_US;
      previous = reference * REFERENCE_US / TICK_US;
    }
    int64_t delta = (int64_t)(arrival / TICK_US) - (int64_t)previous;
    previous = arrival / TICK_US;
    symbols[at] = delta >= 0 && delta < 256 ? SMALL : LARGE;
    if (symbols[at] == LARGE) deltas[deltas_len++] = (uint8_t)(delta >> 8);
    deltas[deltas_len++] = (uint8_t)delta;
  }
  memset(packet, 0, sizeof packet);
  packet[0] = 0x8F;
  packet[1] = 205;
  put32(packet + 4, 1);
  put32(packet + 8, 1);
  put16(packet + 12, endpoint->first_seq);
  put16(packet + 14, (uint32_t)count);
  put32(packet + 16, (uint32_t)(reference << 8) | endpoint->feedback_count++);
  size_t len = 20 + put_chunks(packet + 20, symbols, count);
  memcpy(packet + len, deltas, deltas_len);
  len = (len + deltas_len + 3) & ~(size_t)3;
  put16(packet + 2, (uint32_t)len / 4 - 1);
  send(endpoint->fd, packet, srtcp_protect(&endpoint->out, packet, len), 0);
  endpoint->first_seq = (uint16_t)(endpoint->first_seq + count);
}

void feedback_send(struct endpoint *endpoint) {
  if (!endpoint->has_arrivals) return;
  for (;;) {
    int waiting = (int16_t)(endpoint->last_seq - endpoint->first_seq) + 1;
    if (waiting <= 0) return;
    send_some(endpoint, waiting < MOST ? waiting : MOST);
  }
}
