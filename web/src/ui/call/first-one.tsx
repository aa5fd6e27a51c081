// While nobody else is there: the link to send, where the others will be.
import { InviteLink } from '../invite-link.tsx';
import { words } from '../words.ts';

export const FirstOne = () => (
  <section class="first-one" data-testid="first-one">
    <h2>{words.call.firstTitle}</h2>
    <p>{words.call.firstText}</p>
    <InviteLink />
  </section>
);
