// Errors over HTTP as problem details (RFC 9457), with the same closed codes as over the socket.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import type { ErrorCode } from '../protocol/index.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  'bad-request': 400,
  'unknown-method': 400,
  'not-joined': 409,
  'already-joined': 409,
  unauthorized: 401,
  'room-not-found': 404,
  'room-full': 409,
  'room-reset': 409,
  'upgrade-required': 426,
  'stale-placement': 409,
  'stale-epoch': 409,
  forbidden: 403,
  'media-unavailable': 503,
  unavailable: 503,
  'turn-not-configured': 503,
  'not-found': 404,
  'rate-limited': 429,
  busy: 503,
  draining: 503,
  internal: 500,
};

const sendProblem = (reply: FastifyReply, status: number, code: ErrorCode, title: string): void => {
  void reply
    .status(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status, code });
};

const codeOf = (status: number): ErrorCode => {
  if (status === 429) return 'rate-limited';
  if (status === 404) return 'not-found';
  return status < 500 ? 'bad-request' : 'internal';
};

/** For the error handler, and for what Fastify refuses before a route is found. */
export const answerError = (
  error: FastifyError | AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  if (error instanceof AppError) {
    // RFC 9110 §11.6.1: a 401 says what it would take.
    if (error.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
    sendProblem(reply, STATUS[error.code], error.code, error.message);
    return;
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    // Not Fastify's own text: it quotes the URL, and room ids travel there.
    sendProblem(reply, status, codeOf(status), 'The request was refused');
    return;
  }
  request.log.error({ err: error }, 'http request failed');
  sendProblem(reply, 500, 'internal', 'Something went wrong on the server');
};

export const installProblems = (app: FastifyInstance): void => {
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, STATUS['not-found'], 'not-found', 'There is nothing here'),
  );
  app.setErrorHandler(answerError);
};
