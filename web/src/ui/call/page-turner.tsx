// Arrows at the sides of the stage when there are more people than places.
import { Icon } from '../icon.tsx';
import { words } from '../words.ts';

interface PageTurnerProps {
  readonly page: number;
  readonly pages: number;
  readonly onTurn: (pages: 1 | -1) => void;
}

export const PageTurner = ({ page, pages, onTurn }: PageTurnerProps) => {
  if (pages <= 1) return null;
  return (
    <>
      <p class="page-number" role="status" aria-label={words.call.pageOf(page + 1, pages)}>
        {words.call.page(page + 1, pages)}
      </p>
      <button
        type="button"
        class="tool page-turn page-back"
        aria-label={words.call.previousPage}
        disabled={page === 0}
        onClick={() => onTurn(-1)}
      >
        <Icon name="chevron-left" />
      </button>
      <button
        type="button"
        class="tool page-turn page-on"
        aria-label={words.call.nextPage}
        disabled={page === pages - 1}
        onClick={() => onTurn(1)}
      >
        <Icon name="chevron-right" />
      </button>
    </>
  );
};
