// Takes commands as lines, answers each with one line of JSON, and between them sends and counts.
#define _GNU_SOURCE
#include "endpoints.h"
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define BUFFER_BYTES (4 << 20)
#define MS 1000000ull
/** As often as Chromium, about. */
#define FEEDBACK_EVERY_NS (50 * MS)
#define REPORTS_EVERY_NS (1000 * MS)
#define BINDING_EVERY_NS (2500 * MS)
#define LONGEST_WAIT_NS (5 * MS)

struct endpoint *endpoints[MAX_ENDPOINTS];
static int endpoint_count, poll_fd;
static bool is_started;

uint64_t now_ns(void) {
  struct timespec now;
  // Not the monotonic clock: the kernel stamps packets with this one.
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void fail(const char *what) {
  fprintf(stderr, "endpoints: %s\n", what);
  exit(1);
}

void put16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

void put32(uint8_t *at, uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value);
}

uint32_t get16(const uint8_t *at) { return (uint32_t)(at[0] << 8 | at[1]); }

uint32_t get32(const uint8_t *at) { return get16(at) << 16 | get16(at + 2); }

static struct sockaddr_in address_of(const char *ip, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) fail("no IPv4 address");
  return address;
}

static struct endpoint *open_endpoint(void) {
  if (endpoint_count == MAX_ENDPOINTS) fail("too many endpoints");
  struct endpoint *endpoint = calloc(1, sizeof *endpoint);
  endpoint->fd = socket(AF_INET, SOCK_DGRAM, 0);
  int size = BUFFER_BYTES, on = 1;
  // Beyond the usual bound where we may: a sink that loses packets counts its own slowness.
  if (setsockopt(endpoint->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
    setsockopt(endpoint->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(endpoint->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  endpoints[endpoint_count++] = endpoint;
  return endpoint;
}

static void watch(struct endpoint *endpoint) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = endpoint};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, endpoint->fd, &event);
}

static bool connect_to(struct endpoint *endpoint, const char *ip, int port) {
  struct sockaddr_in address = address_of(ip, port);
  endpoint->server_port = port;
  return connect(endpoint->fd, (struct sockaddr *)&address, sizeof address) == 0;
}

/** Asks until the server answers that it takes this way. */
static bool bind_ice(struct endpoint *endpoint) {
  for (int attempt = 0; attempt < 10; attempt++) {
    uint8_t answer[MAX_PACKET];
    send(endpoint->fd, endpoint->binding, endpoint->binding_len, 0);
    struct pollfd waiting = {.fd = endpoint->fd, .events = POLLIN};
    while (poll(&waiting, 1, 500) > 0) {
      ssize_t len = recv(endpoint->fd, answer, sizeof answer, 0);
      if (len >= 20 && answer[0] == 1 && answer[1] == 1) return true;
    }
  }
  return false;
}

static void command_webrtc(const char *line) {
  char ip[64], ufrag[64], password[64];
  int port, seq_ext;
  if (sscanf(line, "webrtc %63s %d %63s %63s %d", ip, &port, ufrag, password, &seq_ext) != 5)
    fail("webrtc IP PORT UFRAG PASSWORD EXT");
  struct endpoint *endpoint = open_endpoint();
  endpoint->is_webrtc = true;
  endpoint->seq_ext = seq_ext;
  endpoint->binding_len = stun_binding(endpoint->binding, ufrag, password);
  bool is_up = connect_to(endpoint, ip, port) && bind_ice(endpoint) && dtls_connect(endpoint);
  if (is_up) watch(endpoint);
  printf("{\"up\":%s,\"id\":%d}\n", is_up ? "true" : "false", endpoint_count - 1);
}

/** Sends plain RTP there. */
static void command_plain(const char *line) {
  char ip[64];
  int port;
  if (sscanf(line, "plain %63s %d", ip, &port) != 2) fail("plain IP PORT");
  bool is_up = connect_to(open_endpoint(), ip, port);
  printf("{\"up\":%s,\"id\":%d}\n", is_up ? "true" : "false", endpoint_count - 1);
}

/** Takes what comes, from anywhere. */
static void command_sink(void) {
  struct endpoint *endpoint = open_endpoint();
  struct sockaddr_in address = address_of("127.0.0.1", 0);
  socklen_t len = sizeof address;
  if (bind(endpoint->fd, (struct sockaddr *)&address, len) != 0) fail("no port");
  getsockname(endpoint->fd, (struct sockaddr *)&address, &len);
  watch(endpoint);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
}

static void command_stream(const char *line) {
  int endpoint, source, payload_type, packets, bytes;
  char kind;
  uint32_t ssrc;
  double per_second;
  if (sscanf(line, "stream %d %d %c %u %d %lf %d %d", &endpoint, &source, &kind, &ssrc, &payload_type,
             &per_second, &packets, &bytes) != 8)
    fail("stream ENDPOINT SOURCE KIND SSRC TYPE PER_SECOND PACKETS BYTES");
  if (!streams_add(endpoint, source, kind, ssrc, payload_type, per_second, packets, bytes))
    fail("too many streams");
  printf("{}\n");
}

static void obey(const char *line) {
  if (strncmp(line, "webrtc ", 7) == 0) command_webrtc(line);
  else if (strncmp(line, "plain ", 6) == 0) command_plain(line);
  else if (strncmp(line, "sink", 4) == 0) command_sink();
  else if (strncmp(line, "stream ", 7) == 0) command_stream(line);
  else if (strncmp(line, "start", 5) == 0) {
    streams_start(now_ns());
    is_started = true;
    printf("{}\n");
  } else if (strncmp(line, "reset", 5) == 0) {
    meter_reset();
    printf("{}\n");
  } else if (strncmp(line, "report", 6) == 0) meter_report();
  else fail("no such command");
  fflush(stdout);
}

/** Lines that have come; the end of them is the end of this process. */
static void read_commands(void) {
  static char text[4096];
  static size_t len;
  ssize_t more = read(STDIN_FILENO, text + len, sizeof text - 1 - len);
  if (more <= 0) exit(0);
  len += (size_t)more;
  text[len] = 0;
  char *line = text, *end;
  while ((end = strchr(line, '\n'))) {
    *end = 0;
    obey(line);
    line = end + 1;
  }
  len -= (size_t)(line - text);
  memmove(text, line, len + 1);
}

/** When the kernel had it: what this process does meanwhile is not on the packet's way. */
static uint64_t arrival_of(struct msghdr *message) {
  struct cmsghdr *control = CMSG_FIRSTHDR(message);
  struct timespec at;
  if (!control || control->cmsg_type != SCM_TIMESTAMPNS) return now_ns();
  memcpy(&at, CMSG_DATA(control), sizeof at);
  return (uint64_t)at.tv_sec * 1000000000ull + (uint64_t)at.tv_nsec;
}

static void receive(struct endpoint *endpoint) {
  static uint8_t packets[BATCH][MAX_PACKET];
  static uint8_t controls[BATCH][64];
  struct mmsghdr messages[BATCH];
  struct iovec pieces[BATCH];
  for (int at = 0; at < BATCH; at++) {
    pieces[at] = (struct iovec){packets[at], MAX_PACKET};
    messages[at].msg_hdr = (struct msghdr){
        .msg_iov = &pieces[at], .msg_iovlen = 1, .msg_control = controls[at], .msg_controllen = 64};
  }
  int came = recvmmsg(endpoint->fd, messages, BATCH, MSG_DONTWAIT, NULL);
  for (int at = 0; at < came; at++)
    meter_packet(endpoint, packets[at], messages[at].msg_len, arrival_of(&messages[at].msg_hdr));
}

static void tick(uint64_t at_ns) {
  static uint64_t feedback_ns, reports_ns, binding_ns;
  if (at_ns >= feedback_ns) {
    for (int at = 0; at < endpoint_count; at++)
      if (endpoints[at]->seq_ext) feedback_send(endpoints[at]);
    feedback_ns = at_ns + FEEDBACK_EVERY_NS;
  }
  if (at_ns >= reports_ns && is_started) {
    streams_send_reports(at_ns);
    reports_ns = at_ns + REPORTS_EVERY_NS;
  }
  if (at_ns >= binding_ns) {
    for (int at = 0; at < endpoint_count; at++)
      if (endpoints[at]->is_webrtc) send(endpoints[at]->fd, endpoints[at]->binding, endpoints[at]->binding_len, 0);
    binding_ns = at_ns + BINDING_EVERY_NS;
  }
}

int main(void) {
  char fingerprint[96];
  dtls_prepare(fingerprint);
  poll_fd = epoll_create1(0);
  struct epoll_event on_stdin = {.events = EPOLLIN, .data.ptr = NULL}, events[BATCH];
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &on_stdin);
  printf("{\"fingerprint\":\"%s\"}\n", fingerprint);
  fflush(stdout);
  for (;;) {
    uint64_t at_ns = now_ns(), next_ns = at_ns + LONGEST_WAIT_NS;
    tick(at_ns);
    if (is_started) {
      uint64_t due_ns = streams_send_due(at_ns);
      if (due_ns < next_ns) next_ns = due_ns;
    }
    at_ns = now_ns();
    struct timespec wait = {.tv_nsec = next_ns > at_ns ? (long)(next_ns - at_ns) : 0};
    struct pollfd waiting = {.fd = poll_fd, .events = POLLIN};
    if (ppoll(&waiting, 1, &wait, NULL) <= 0) continue;
    int ready = epoll_wait(poll_fd, events, BATCH, 0);
    for (int at = 0; at < ready; at++) {
      if (events[at].data.ptr == NULL) read_commands();
      else receive(events[at].data.ptr);
    }
  }
}
