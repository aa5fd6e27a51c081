// The frame of every screen that ends something: what is, in a few words, and the ways on.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Wordmark } from '../wordmark.tsx';

interface OutcomeProps {
  readonly title: string;
  readonly texts: readonly string[];
  /** Buttons and links, the recommended one first. */
  readonly children: ComponentChildren;
}

export const Outcome = ({ title, texts, children }: OutcomeProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  // The screen changed under the reader's feet: say where they are now.
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <main class="outcome">
      <header class="masthead">
        <Wordmark />
      </header>
      <section class="outcome-body">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {texts.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <div class="outcome-ways">{children}</div>
      </section>
    </main>
  );
};
