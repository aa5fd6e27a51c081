// What the grid and the stage promise, for any area and any number of tiles.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aspectRange,
  floatLayout,
  GAP_PX,
  gridLayout,
  type Rect,
  type Size,
  stageLayout,
  stripCapacity,
} from './layout.ts';

const areas = fc.record({
  width: fc.integer({ min: 200, max: 3840 }),
  height: fc.integer({ min: 200, max: 2160 }),
});
const counts = fc.integer({ min: 1, max: 30 });

const apart = (a: Rect, b: Rect, gap: number): boolean =>
  a.x + a.width + gap <= b.x ||
  b.x + b.width + gap <= a.x ||
  a.y + a.height + gap <= b.y ||
  b.y + b.height + gap <= a.y;

const inside = (rect: Rect, area: Size): boolean =>
  rect.x >= 0 &&
  rect.y >= 0 &&
  rect.x + rect.width <= area.width &&
  rect.y + rect.height <= area.height;

const allApart = (rects: readonly Rect[], gap: number): boolean =>
  rects.every((a, index) => rects.slice(index + 1).every((b) => apart(a, b, gap)));

/** The largest tile at all, found without the rule for rows: every pair of columns and rows. */
const largestSurface = (area: Size, count: number): number => {
  const { min, max } = aspectRange(area, count);
  let largest = 0;
  for (let columns = 1; columns <= count; columns++) {
    for (let rows = 1; rows <= count; rows++) {
      if (columns * rows < count) continue;
      const cellWidth = (area.width - GAP_PX * (columns - 1)) / columns;
      const cellHeight = (area.height - GAP_PX * (rows - 1)) / rows;
      if (cellWidth <= 0 || cellHeight <= 0) continue;
      for (const aspect of [min, max, Math.min(max, Math.max(min, cellWidth / cellHeight))]) {
        const width = Math.min(cellWidth, cellHeight * aspect);
        largest = Math.max(largest, (width * width) / aspect);
      }
    }
  }
  return largest;
};

describe('grid', () => {
  test('has one tile for each, all inside the area and a gap apart', () => {
    fc.assert(
      fc.property(areas, counts, (area, count) => {
        const rects = gridLayout(area, count);
        expect(rects).toHaveLength(count);
        expect(rects.every((rect) => inside(rect, area))).toBe(true);
        expect(allApart(rects, GAP_PX - 1)).toBe(true);
      }),
    );
  });

  test('has tiles as large as any arrangement allows', () => {
    fc.assert(
      fc.property(areas, counts, (area, count) => {
        const [{ width, height } = { width: 0, height: 0 }] = gridLayout(area, count);
        // Whole pixels: one may be lost on each side.
        expect((width + 1) * (height + 2)).toBeGreaterThanOrEqual(largestSurface(area, count));
      }),
    );
  });

  test('has equal tiles of a shape that the area asks for', () => {
    fc.assert(
      fc.property(areas, counts, (area, count) => {
        const { min, max } = aspectRange(area, count);
        const rects = gridLayout(area, count);
        expect(new Set(rects.map(({ width, height }) => `${width}:${height}`)).size).toBe(1);
        for (const { width, height } of rects) {
          expect(width).toBeGreaterThanOrEqual(Math.floor((height - 1) * min));
          expect(width).toBeLessThanOrEqual(Math.ceil((height + 1) * max));
        }
      }),
    );
  });

  test('centres every row, a short last one too', () => {
    fc.assert(
      fc.property(areas, counts, (area, count) => {
        const rows = Map.groupBy(gridLayout(area, count), (rect) => rect.y);
        for (const row of rows.values()) {
          const start = Math.min(...row.map((rect) => rect.x));
          const end = area.width - Math.max(...row.map((rect) => rect.x + rect.width));
          expect(Math.abs(start - end)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  test('is empty for nobody and keeps its head in an area of no size', () => {
    expect(gridLayout({ width: 800, height: 600 }, 0)).toEqual([]);
    expect(gridLayout({ width: 0, height: 0 }, 3).every(({ width }) => width === 0)).toBe(true);
  });

  test('is 16:9 when wide, and fills a phone', () => {
    const [wide] = gridLayout({ width: 1424, height: 816 }, 4);
    expect(wide).toMatchObject({ width: 708, height: 398 });
    const phone = { width: 344, height: 556 };
    expect(gridLayout(phone, 1)).toEqual([{ x: 0, y: 0, ...phone }]);
    expect(gridLayout(phone, 6)[0]).toMatchObject({ width: 168, height: 180 });
  });
});

describe('stage', () => {
  test('keeps the strip inside the area and off the stage, as many as it has room for', () => {
    fc.assert(
      fc.property(areas, fc.integer({ min: 1, max: 25 }), (area, wanted) => {
        const count = Math.min(wanted, stripCapacity(area, 25));
        const { stage, strip } = stageLayout(area, count);
        expect(strip).toHaveLength(count);
        expect([stage, ...strip].every((rect) => inside(rect, area))).toBe(true);
        expect(allApart(strip, GAP_PX - 1)).toBe(true);
        expect(strip.every((rect) => apart(rect, stage, GAP_PX - 1))).toBe(true);
      }),
    );
  });

  test('takes everything when there is nobody beside it', () => {
    expect(stageLayout({ width: 900, height: 500 }, 0).stage).toEqual({
      x: 0,
      y: 0,
      width: 900,
      height: 500,
    });
  });
});

test('the floating picture stays inside, whichever corner it is in', () => {
  const corners = ['top-start', 'top-end', 'bottom-start', 'bottom-end'] as const;
  fc.assert(
    fc.property(areas, fc.constantFrom(...corners), (area, corner) => {
      expect(inside(floatLayout({ x: 0, y: 0, ...area }, corner), area)).toBe(true);
    }),
  );
});
