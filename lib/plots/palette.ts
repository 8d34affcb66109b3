/**
 * The colours of the figures, from the palette of Okabe and Ito (2008), which
 * readers with any common colour blindness can tell apart. Of its eight, these
 * keep a contrast of about 3 : 1 to both the light and the dark background. No figure
 * says anything by colour alone: series also differ in their dashes, symbols in
 * their shape, bars in their label.
 */

/** Blue: the first or only series, consonants, negative activations. */
export const blue = "#0072B2";
/** Vermillion: what a figure points at. */
export const vermillion = "#D55E00";
/** Bluish green: a third thing. */
export const green = "#009E73";
/** Reddish purple: a fourth thing. */
export const purple = "#CC79A7";
/** Grey, which is not in the palette: a fifth thing. */
export const grey = "#808080";

/** Colours of several series, in order. */
export const seriesColours = [blue, vermillion, green, purple];
/** Dashes of several series, in order, as `stroke-dasharray`. */
export const seriesDashes = ["none", "7 3", "2 3", "9 3 2 3"];

/** Text and axes on the two backgrounds. */
export const ink = { light: "#1B1B1B", dark: "#ECECEC" } as const;
/** The two backgrounds; the dark one is JupyterLab's. */
export const paper = { light: "#FFFFFF", dark: "#111111" } as const;

/** The look of the raw series behind a smoothed one. */
export const faint = { strokeOpacity: 0.55, strokeWidth: 1 };
