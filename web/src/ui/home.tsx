// The start page: open a meeting, or go to one by its link or code.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { handOff } from './hand-off.ts';
import { Icon } from './icon.tsx';
import { ThemeMenu } from './panels/look-settings.tsx';
import { parseRoomLink } from './room-link.ts';
import { useNewMeeting } from './use-new-meeting.ts';
import { useTitle } from './use-title.ts';
import { words } from './words.ts';
import { Mark } from './wordmark.tsx';

const LinkForm = () => {
  const { route } = useLocation();
  const text = useSignal('');
  const wrong = useSignal(false);

  const open = () => {
    const destination = parseRoomLink(text.value, location.host);
    wrong.value = destination.kind === 'nowhere';
    if (destination.kind === 'here') route(destination.path);
    if (destination.kind === 'elsewhere') location.assign(destination.href);
  };

  return (
    <form
      class="link-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <label class="label" for="room-link">
        {words.home.linkLabel}
      </label>
      <div class="link-field">
        <input
          id="room-link"
          class="input"
          data-testid="room-link"
          value={text.value}
          placeholder={words.home.linkPlaceholder}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          inputMode="url"
          enterkeyhint="go"
          aria-invalid={wrong.value}
          aria-describedby="room-link-wrong"
          onInput={(event) => {
            text.value = event.currentTarget.value;
            wrong.value = false;
          }}
        />
        <button type="submit" class="button square" aria-label={words.home.open}>
          <Icon name="arrow-right" />
        </button>
      </div>
      <p id="room-link-wrong" class="field-message" role="alert">
        {wrong.value && words.home.notALink}
      </p>
    </form>
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
      <footer class="home-foot">
        <ThemeMenu />
      </footer>
    </main>
  );
};
