// One message in, one answer out: envelope, method, handler, and every failure as a closed code.
import type { FastifyBaseLogger } from 'fastify';
import { AppError } from '../errors.ts';
import type { HandlerContext } from '../handlers/context.ts';
import { handlers } from '../handlers/index.ts';
import { type Answer, isMethod, type RequestEnvelope } from '../protocol/index.ts';

const refusal = (id: number, { code, message }: AppError): Answer => ({
  id,
  ok: false,
  error: { code, message },
});

/** Never rejects. */
export const dispatch = async (
  context: HandlerContext,
  envelope: RequestEnvelope,
  log: FastifyBaseLogger,
): Promise<Answer> => {
  const begunAtMs = performance.now();
  const answer = await answerTo(context, envelope, log);
  const result = answer.ok ? 'ok' : answer.error.code;
  context.deps.observer.requestAnswered(envelope.method, result, performance.now() - begunAtMs);
  return answer;
};

/** What is no AppError is our own fault: logged in full, told as `internal`. */
const answerTo = async (
  context: HandlerContext,
  { id, method, data }: RequestEnvelope,
  log: FastifyBaseLogger,
): Promise<Answer> => {
  try {
    if (!isMethod(method)) throw new AppError('unknown-method', 'no such method');
    const reply = await handlers[method](context, data);
    return { id, ok: true, ...reply };
  } catch (error) {
    if (error instanceof AppError) {
      if (error.code === 'internal') log.error({ err: error, method }, 'request failed');
      else log.debug({ method: isMethod(method) && method, code: error.code }, 'request refused');
      return refusal(id, error);
    }
    log.error({ err: error, method }, 'request failed');
    return refusal(id, new AppError('internal', 'something went wrong on the server'));
  }
};
