// The start page: open a meeting, or go to one by its link or code.
import { handOff } from './hand-off.ts';
import { Icon } from './icon.tsx';
import { ThemeMenu } from './panels/look-settings.tsx';
import { PasteForm } from './paste-form.tsx';
import { parseRoomLink } from './room-link.ts';
import { useGoTo } from './use-link.ts';
import { useNewMeeting } from './use-new-meeting.ts';
import { useTitle } from './use-title.ts';
import { words } from './words.ts';
import { Mark } from './wordmark.tsx';

const LinkForm = () => {
  const goTo = useGoTo();
  const open = (text: string): boolean => {
    const destination = parseRoomLink(text, location.host);
    goTo(destination);
    return destination.kind !== 'nowhere';
  };
  return (
    <PasteForm
      id="room-link"
      label={words.home.linkLabel}
      placeholder={words.home.linkPlaceholder}
      submit={words.home.open}
      wrong={words.home.notALink}
      onPaste={open}
    />
  );
};

const Facts = () => (
  <ul class="facts">
    {words.home.facts.map(({ icon, title, text }) => (
      <li key={icon} class="fact">
        <Icon name={icon} />
        <h2>{title}</h2>
        <p>{text}</p>
      </li>
    ))}
  </ul>
);

const Verify = () => (
  <details class="verify">
    <summary>{words.home.verify}</summary>
    {words.home.verifyTexts.map((text) => (
      <p key={text}>{text}</p>
    ))}
  </details>
);

export const Home = () => {
  useTitle(words.titles.home);
  const { opening, problem, open } = useNewMeeting();
  return (
    <main class="home">
      <section class="home-hero">
        <div class="home-column">
          <h1 class="home-name">
            <Mark />
            {words.product}
          </h1>
          <p class="home-lead">{words.home.lead}</p>
          <button
            type="button"
            class="button primary large"
            data-testid="new-meeting"
            aria-busy={opening.value}
            disabled={opening.value}
            onClick={() => handOff(open())}
          >
            <Icon name="plus" />
            {words.home.newMeeting}
          </button>
          <p class="field-message" role="alert">
            {problem.value && words.home[problem.value]}
          </p>
          <LinkForm />
        </div>
      </section>
      <Facts />
      <Verify />
      <footer class="home-foot">
        <ThemeMenu />
      </footer>
    </main>
  );
};
