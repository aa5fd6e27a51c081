// Where tiles go, as pure geometry: a grid with the largest tiles that fit, and a stage with a strip.
// Everything is in CSS pixels, from the top start corner of the area; nothing ever scrolls.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** Between neighbouring tiles. */
export const GAP_PX = 8;

const WIDE = 16 / 9;
const UPRIGHT = 3 / 4;
/** One picture alone may be as slim as a phone. */
const SLIM = 9 / 16;

export const isTall = (area: Size): boolean => area.height > area.width;

interface AspectRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Width over height that tiles may have. In a wide area they are as wide as cameras are; in a tall
 * one they take the shape that leaves the least of it empty, for what cameras send can be cropped.
 */
export const aspectRange = (area: Size, count: number): AspectRange => {
  if (!isTall(area)) return { min: WIDE, max: WIDE };
  return { min: count === 1 ? SLIM : UPRIGHT, max: WIDE };
};

/** The largest tile within a cell. */
const largestIn = (cell: Size, { min, max }: AspectRange): Size => {
  const width = Math.max(0, Math.floor(Math.min(cell.width, cell.height * max)));
  const height = Math.max(0, Math.floor(Math.min(cell.height, width / min)));
  return { width, height };
};

/** What each of `count` tiles would have in so many columns. */
const tileIn = (area: Size, count: number, columns: number): Size => {
  const rows = Math.ceil(count / columns);
  const cell = {
    width: (area.width - GAP_PX * (columns - 1)) / columns,
    height: (area.height - GAP_PX * (rows - 1)) / rows,
  };
  return largestIn(cell, aspectRange(area, count));
};

const surface = ({ width, height }: Size): number => width * height;

const bestColumns = (area: Size, count: number): number => {
  let best = 1;
  for (let columns = 2; columns <= count; columns++) {
    if (surface(tileIn(area, count, columns)) > surface(tileIn(area, count, best))) best = columns;
  }
  return best;
};

/** `count` equal tiles, as large as they can be, in the middle of the area; a short last row too. */
export const gridLayout = (area: Size, count: number): readonly Rect[] => {
  if (count <= 0) return [];
  const columns = bestColumns(area, count);
  const rows = Math.ceil(count / columns);
  const { width, height } = tileIn(area, count, columns);
  const top = (area.height - rows * height - (rows - 1) * GAP_PX) / 2;

  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row < rows - 1 ? columns : count - row * columns;
    const start = (area.width - inRow * width - (inRow - 1) * GAP_PX) / 2;
    return {
      x: Math.floor(start + (index - row * columns) * (width + GAP_PX)),
      y: Math.floor(top + row * (height + GAP_PX)),
      width,
      height,
    };
  });
};

export interface StageLayout {
  readonly stage: Rect;
  readonly strip: readonly Rect[];
}

const STRIP_MIN_PX = 120;
const STRIP_MAX_PX = 240;
/** Of a tall area, what the stage may take at most; the others have the rest. */
const STAGE_SHARE = 0.6;

const stripWidth = (area: Size): number =>
  Math.floor(Math.min(STRIP_MAX_PX, Math.max(STRIP_MIN_PX, area.width * 0.18)));

/** How many tiles the strip beside a stage holds; beside a tall one, `most` of them. */
export const stripCapacity = (area: Size, most: number): number => {
  if (isTall(area)) return most;
  const height = Math.floor(stripWidth(area) / WIDE);
  return Math.max(1, Math.min(most, Math.floor((area.height + GAP_PX) / (height + GAP_PX))));
};

/** One picture large, `count` others in a column beside it, or in a grid below it when tall. */
export const stageLayout = (area: Size, count: number): StageLayout => {
  if (count <= 0) return { stage: { x: 0, y: 0, ...area }, strip: [] };
  if (isTall(area)) {
    const height = Math.floor(Math.min(area.width / WIDE, area.height * STAGE_SHARE));
    const below = { width: area.width, height: Math.max(0, area.height - height - GAP_PX) };
    const offset = height + GAP_PX;
    return {
      stage: { x: 0, y: 0, width: area.width, height },
      strip: gridLayout(below, count).map((rect) => ({ ...rect, y: rect.y + offset })),
    };
  }
  const width = stripWidth(area);
  const height = Math.floor(width / WIDE);
  const top = Math.floor((area.height - count * height - (count - 1) * GAP_PX) / 2);
  const stageWidth = Math.max(0, area.width - width - GAP_PX);
  return {
    stage: { x: 0, y: 0, width: stageWidth, height: area.height },
    strip: Array.from({ length: count }, (_, index) => ({
      x: stageWidth + GAP_PX,
      y: Math.max(0, top) + index * (height + GAP_PX),
      width,
      height,
    })),
  };
};

export type Corner = `${'top' | 'bottom'}-${'start' | 'end'}`;

/** The own picture over the other's: small, in a corner of it. */
export const floatLayout = (within: Rect, corner: Corner): Rect => {
  const upright = isTall(within);
  const width = Math.round(
    upright ? Math.min(120, within.width * 0.3) : Math.min(256, Math.max(128, within.width / 6)),
  );
  const height = Math.round(width / (upright ? UPRIGHT : WIDE));
  const toEnd = Math.max(GAP_PX, within.width - width - GAP_PX);
  const toBottom = Math.max(GAP_PX, within.height - height - GAP_PX);
  return {
    x: within.x + (corner.endsWith('start') ? GAP_PX : toEnd),
    y: within.y + (corner.startsWith('top') ? GAP_PX : toBottom),
    width,
    height,
  };
};
