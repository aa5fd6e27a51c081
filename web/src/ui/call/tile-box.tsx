// The frame that every tile has: a place on the stage, and what tests and styles ask of it.
import type { ComponentChildren, HTMLAttributes } from 'preact';
import type { KeyState } from '../../call/call-state.ts';
import type { Quality } from '../../call/stats/call-details.ts';
import type { PlacedTile } from './arrange.ts';

interface TileBoxProps {
  readonly placed: PlacedTile;
  readonly testId: string;
  readonly peer: string | undefined;
  readonly label: string;
  readonly muted?: boolean;
  readonly speaking?: boolean;
  readonly hue?: number;
  readonly encryption: KeyState;
  readonly quality: Quality | null;
  /** How it is dragged, while it floats. */
  readonly floating?: HTMLAttributes<HTMLDivElement>;
  readonly children: ComponentChildren;
}

export const TileBox = (props: TileBoxProps) => {
  const { placed, testId, peer, label, muted, speaking, hue, floating } = props;
  const { rect, place } = placed;
  return (
    <div
      class="tile"
      role="group"
      aria-label={label}
      data-testid={testId}
      data-peer={peer}
      data-place={place}
      data-shape={rect.width >= rect.height ? 'wide' : 'upright'}
      data-muted={muted}
      data-encryption={props.encryption}
      data-quality={props.quality ?? undefined}
      data-speaking={speaking ? 'true' : undefined}
      tabIndex={floating ? 0 : undefined}
      {...floating}
      style={{
        insetInlineStart: `${rect.x}px`,
        insetBlockStart: `${rect.y}px`,
        inlineSize: `${rect.width}px`,
        blockSize: `${rect.height}px`,
        '--hue': String(hue ?? 0),
      }}
    >
      {props.children}
    </div>
  );
};
