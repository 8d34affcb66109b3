/// <reference lib="dom" />
/** Figures and data as files. */

/** Lets the browser keep a file. */
export function keep(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What a stylesheet gives an element, which a file of its own needs. */
const STYLES = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity"],
  ...["stroke-dasharray", "stroke-linecap", "stroke-linejoin", "opacity"],
  ...["font-family", "font-size", "font-weight", "text-anchor", "paint-order"],
  "dominant-baseline",
];

/** An SVG element as a document of its own, with the colours that it has now. */
function svgOf(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [originals, copies] = [svg, copy].map((
    root,
  ) => [root, ...root.querySelectorAll<SVGElement>("*")]);
  originals.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) {
      copies[i].style.setProperty(name, style.getPropertyValue(name));
    }
    copies[i].removeAttribute("class");
    copies[i].removeAttribute("tabindex");
  });
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  paper.setAttribute("width", "100%");
  paper.setAttribute("height", "100%");
  paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

/** Keeps an SVG element as a file. */
export function keepSvg(name: string, svg: SVGSVGElement): void {
  keep(`${name}.svg`, svgOf(svg), "image/svg+xml");
}

/** Keeps a picture of an SVG element, with twice its pixels. */
export async function keepPng(name: string, svg: SVGSVGElement): Promise<void> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," +
    encodeURIComponent(svgOf(svg));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  keepCanvas(name, canvas);
}

/** Keeps what a canvas shows. */
function keepCanvas(name: string, canvas: HTMLCanvasElement): void {
  canvas.toBlob((blob) => blob && keep(`${name}.png`, blob, "image/png"));
}
