/// <reference lib="dom" />
/** A matrix that can be zoomed from colours to digits. */

import { useEffect, useRef, useState } from "preact/hooks";
import { short, tiny } from "../format.ts";
import { useWidth } from "./width.ts";

/** The narrowest cell that has digits. */
const DIGITS = 44;
/** The height of a cell with digits. */
const ROW = 24;

/** What a matrix shows. */
interface MatrixProps {
  /** Its name, for people. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** The number in a row and a column. */
  readonly valueAt: (row: number, column: number) => number;
  /** The largest size of a number, for the colours. */
  readonly most: number;
  readonly rowLabel?: (row: number) => string;
  readonly columnLabel?: (column: number) => string;
  /** Where cells are too small for labels, so many of them share one. */
  readonly group?: number;
  /** Rows to mark. */
  readonly marked?: readonly number[];
  readonly markedColumns?: readonly number[];
  /** The cell that is picked. */
  readonly picked?: readonly [row: number, column: number] | undefined;
  readonly onPick: (row: number, column: number) => void;
  /** The height of a cell at first, in pixels. */
  readonly cell?: number;
}

/** Where a matrix is looked at. */
interface Window {
  /** The first row and column, in cells. */
  top: number;
  left: number;
  /** Whether cells have digits. */
  isClose: boolean;
}

/** Draws a matrix. */
export function Matrix(props: MatrixProps) {
  const { name, rows, columns, picked, onPick, valueAt } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [window, setWindow] = useState<Window>({
    top: 0,
    left: 0,
    isClose: false,
  });
  const [box, width] = useWidth<HTMLDivElement>();
  const layout = layoutOf(props, window, width);

  useEffect(() => {
    if (width > 0) draw(canvas.current!, props, layout);
  });

  /** Puts a cell into the middle of what is looked at. */
  const lookAt = (row: number, column: number, isClose = window.isClose) => {
    const { visibleRows, visibleColumns } = layoutOf(
      props,
      { ...window, isClose },
      width,
    );
    setWindow({
      isClose,
      top: clamp(row - visibleRows / 2, rows - visibleRows),
      left: clamp(column - visibleColumns / 2, columns - visibleColumns),
    });
  };
  const isClose = layout.hasDigits;
  const canZoom = !layoutOf(props, { ...window, isClose: false }, width)
    .hasDigits;
  const cellAt = (event: { offsetX: number; offsetY: number }) => {
    const column = Math.floor((event.offsetX - layout.x) / layout.cellWidth);
    const row = Math.floor((event.offsetY - layout.y) / layout.cellHeight);
    const isInside = row >= 0 && column >= 0 && row < layout.visibleRows &&
      column < layout.visibleColumns;
    return isInside
      ? [row + layout.top, column + layout.left] as const
      : undefined;
  };
  const onClick = (event: MouseEvent) => {
    const cell = cellAt(event);
    if (!cell) return;
    onPick(...cell);
    if (!isClose) lookAt(...cell, true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [row, column] = picked ?? [0, 0];
    const moves: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -columns],
      End: [0, columns],
    };
    const move = moves[event.key];
    if (move) {
      const next = [
        Math.max(0, Math.min(rows - 1, row + (picked ? move[0] : 0))),
        Math.max(0, Math.min(columns - 1, column + (picked ? move[1] : 0))),
      ] as const;
      onPick(...next);
      if (isClose) lookAt(...next);
    } else if (event.key === "+" || event.key === "Enter") {
      lookAt(row, column, true);
    } else if (event.key === "-" || event.key === "Escape") {
      lookAt(row, column, false);
    } else return;
    event.preventDefault();
  };
  const drag = useRef<{ x: number; y: number; window: Window } | undefined>(
    undefined,
  );
  const onPointerMove = (event: PointerEvent) => {
    const from = drag.current;
    if (!from || !isClose) return;
    setWindow({
      isClose: true,
      left: clamp(
        from.window.left - (event.clientX - from.x) / layout.cellWidth,
        columns - layout.visibleColumns,
      ),
      top: clamp(
        from.window.top - (event.clientY - from.y) / layout.cellHeight,
        rows - layout.visibleRows,
      ),
    });
  };
  const now = picked
    ? `${labelOf(props.rowLabel, picked[0], "row")}, ${
      labelOf(props.columnLabel, picked[1], "column")
    }: ${short(valueAt(...picked))}`
    : "none is picked";
  return (
    <div class="matrix" ref={box}>
      <div class="matrix-head">
        <span>
          <b>{name}</b>{" "}
          <span class="size">
            {rows > 1 ? `${rows} × ${columns}` : columns}, up to ±{short(
              props.most,
            )}
          </span>
        </span>
        {canZoom && (
          <button
            type="button"
            class="quiet"
            aria-label={isClose
              ? `Show all of ${name} as colours`
              : `Show ${name} as digits`}
            onClick={() =>
              lookAt(...(picked ?? [0, 0]) as [number, number], !isClose)}
          >
            {isClose ? "Colours" : "Digits"}
          </button>
        )}
      </div>
      <canvas
        ref={canvas}
        class={isClose && canZoom ? "close" : ""}
        tabIndex={0}
        role="application"
        aria-roledescription="matrix"
        aria-label={`${name}, ${rows} by ${columns}. Arrow keys pick a number, plus shows digits. Picked: ${now}`}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onPointerDown={(event) =>
          drag.current = { x: event.clientX, y: event.clientY, window }}
        onPointerMove={onPointerMove}
        onPointerUp={() => drag.current = undefined}
        onPointerLeave={() => drag.current = undefined}
      />
    </div>
  );
}

/** The nearest whole number from 0 to the most. */
function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(Math.round(value), most));
}

function labelOf(
  label: ((index: number) => string) | undefined,
  index: number,
  kind: string,
): string {
  return label ? `${kind} ${index}, ${label(index)}` : `${kind} ${index}`;
}

/** Where the cells are on the canvas, in CSS pixels. */
interface Layout {
  width: number;
  height: number;
  /** Where the first cell is. */
  x: number;
  y: number;
  cellWidth: number;
  cellHeight: number;
  top: number;
  left: number;
  visibleRows: number;
  visibleColumns: number;
  hasDigits: boolean;
}

function layoutOf(props: MatrixProps, window: Window, width: number): Layout {
  const { rows, columns, rowLabel, columnLabel, cell = 13 } = props;
  const y = columnLabel ? 18 : 0;
  const wide = rowLabel ? 20 : 0;
  const fits = (width - wide) / columns >= DIGITS && rows <= 12;
  if (window.isClose || fits) {
    const x = rowLabel ? 26 : 0;
    const visibleColumns = Math.max(
      1,
      Math.min(columns, Math.floor((width - x) / DIGITS)),
    );
    const visibleRows = Math.min(rows, 12);
    const cellWidth = Math.min(76, (width - x) / visibleColumns);
    return {
      ...{
        width,
        x,
        y,
        cellWidth,
        cellHeight: ROW,
        visibleRows,
        visibleColumns,
      },
      height: y + ROW * visibleRows,
      top: Math.min(window.top, rows - visibleRows),
      left: Math.min(window.left, columns - visibleColumns),
      hasDigits: true,
    };
  }
  const x = wide;
  const cellHeight = rows === 1
    ? 22
    : Math.max(1.5, Math.min(cell, 360 / rows));
  const cellWidth = Math.min(rows === 1 ? 40 : 26, (width - x) / columns);
  const isReadable = cellHeight >= 9;
  const left = isReadable ? x : 0;
  return {
    ...{ width, x: left, y: cellWidth >= 9 ? y : 0, cellWidth, cellHeight },
    height: (cellWidth >= 9 ? y : 0) + cellHeight * rows,
    ...{ top: 0, left: 0, visibleRows: rows, visibleColumns: columns },
    hasDigits: false,
  };
}

function draw(
  canvas: HTMLCanvasElement,
  props: MatrixProps,
  layout: Layout,
): void {
  const { rowLabel, columnLabel, group = 1, valueAt, most, picked } = props;
  const { width, height, x, y, cellWidth, cellHeight, hasDigits } = layout;
  const { top, left, visibleRows, visibleColumns } = layout;
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const [zero, plus, minus, ink] = ["--zero", "--plus", "--minus", "--ink"]
    .map(colour);
  context.scale(ratio, ratio);
  context.font = `12px ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.textAlign = "center";
  const gap = cellWidth > 6 && cellHeight > 6 ? 1 : 0;
  const shareOf = (value: number) =>
    most > 0 ? Math.min(1, Math.abs(value) / most) ** 0.6 : 0;
  if (gap === 0) {
    const image = imageOf(layout, valueAt, shareOf, { zero, plus, minus });
    context.imageSmoothingEnabled = false;
    const size = [
      cellWidth * visibleColumns,
      cellHeight * visibleRows,
    ] as const;
    context.drawImage(image, x, y, ...size);
  } else {
    context.fillStyle = zero;
    context.fillRect(
      x,
      y,
      cellWidth * visibleColumns,
      cellHeight * visibleRows,
    );
  }
  for (let i = 0; gap > 0 && i < visibleRows; i++) {
    for (let j = 0; j < visibleColumns; j++) {
      const value = valueAt(top + i, left + j);
      const share = shareOf(value);
      context.globalAlpha = share;
      context.fillStyle = value < 0 ? minus : plus;
      const [cx, cy] = [x + j * cellWidth, y + i * cellHeight];
      context.fillRect(cx, cy, cellWidth - gap, cellHeight - gap);
      if (!hasDigits) continue;
      context.globalAlpha = 1;
      context.fillStyle = isLight(value < 0 ? minus : plus, zero, share)
        ? "#111111"
        : "#ffffff";
      context.fillText(
        tiny(value),
        cx + cellWidth / 2,
        cy + cellHeight / 2 + 1,
      );
    }
  }
  context.globalAlpha = 1;
  context.fillStyle = colour("--soft-ink");
  if (columnLabel && cellWidth >= 9) {
    const every = cellWidth < 12 ? group : 1;
    for (let j = 0; j < visibleColumns; j += every) {
      const middle = x + (j + every / 2) * cellWidth;
      context.fillText(columnLabel(left + j), middle, 8);
    }
  }
  if (rowLabel && cellHeight >= 9 && x > 0) {
    const every = cellHeight < 12 ? group : 1;
    for (let i = 0; i < visibleRows; i += every) {
      const middle = y + (i + every / 2) * cellHeight;
      context.fillText(rowLabel(top + i), x / 2, middle);
    }
  }
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  const frame = (i: number, j: number, rows: number, columns: number) => {
    if (i + rows <= 0 || j + columns <= 0) return;
    context.strokeRect(
      x + Math.max(0, j) * cellWidth,
      y + Math.max(0, i) * cellHeight,
      Math.min(columns, visibleColumns - Math.max(0, j)) * cellWidth - gap,
      Math.min(rows, visibleRows - Math.max(0, i)) * cellHeight - gap,
    );
  };
  for (const row of props.marked ?? []) {
    if (row >= top && row < top + visibleRows) {
      frame(row - top, 0, 1, visibleColumns);
    }
  }
  for (const column of props.markedColumns ?? []) {
    if (column >= left && column < left + visibleColumns) {
      frame(0, column - left, visibleRows, 1);
    }
  }
  if (!picked) return;
  const [row, column] = [picked[0] - top, picked[1] - left];
  if (row < 0 || column < 0 || row >= visibleRows || column >= visibleColumns) {
    return;
  }
  context.lineWidth = 3;
  context.strokeStyle = colour("--accent");
  const [w, h] = [Math.max(cellWidth, 6), Math.max(cellHeight, 6)];
  context.strokeRect(
    x + (column + 0.5) * cellWidth - w / 2,
    y + (row + 0.5) * cellHeight - h / 2,
    w,
    h,
  );
}

/** Small cells as an image of one pixel each, which is quick to draw. */
function imageOf(
  { top, left, visibleRows, visibleColumns }: Layout,
  valueAt: MatrixProps["valueAt"],
  shareOf: (value: number) => number,
  colours: Record<"zero" | "plus" | "minus", string>,
): OffscreenCanvas {
  const canvas = new OffscreenCanvas(visibleColumns, visibleRows);
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(visibleColumns, visibleRows);
  const [zero, plus, minus] = [colours.zero, colours.plus, colours.minus]
    .map(channelsOf);
  for (let i = 0, at = 0; i < visibleRows; i++) {
    for (let j = 0; j < visibleColumns; j++, at += 4) {
      const value = valueAt(top + i, left + j);
      const share = shareOf(value);
      const full = value < 0 ? minus : plus;
      for (let c = 0; c < 3; c++) {
        image.data[at + c] = zero[c] + share * (full[c] - zero[c]);
      }
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Red, green and blue of a colour such as #d55e00. */
function channelsOf(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Whether dark digits are read better on a share of a colour than light ones. */
function isLight(full: string, zero: string, share: number): boolean {
  const [r, g, b] = channelsOf(zero).map((from, c) =>
    from + share * (channelsOf(full)[c] - from)
  );
  return 0.299 * r + 0.587 * g + 0.114 * b > 105;
}
