// Made-up camera and screen pictures: drawn on a canvas, given out as tracks.

const WIDTH = 480;
const FRAMES_PER_SECOND = 4;

const skins = ['#f0c8a4', '#d9a47a', '#b97b52', '#8d5a3b', '#6b432c', '#e6b48e'];
const hairs = ['#2b211c', '#57402d', '#8a6a48', '#1c1c20', '#6e6a68', '#a3572f'];
const clothes = ['#35606b', '#7a4b52', '#4a5a3c', '#3b4770', '#8a7348', '#5b5166'];
const walls = [
  ['#d7d2c8', '#a89f90'],
  ['#c2cdd1', '#7f929a'],
  ['#cfc7bd', '#8f7f70'],
  ['#b9c4b5', '#75856f'],
  ['#3a4148', '#1f2429'],
  ['#d9c9bb', '#a98d78'],
] as const;

/** More faces than there are colours: each round of six mixes them anew. */
const round = (seed: number): number => Math.floor(seed / 6);

const pick = <T>(list: readonly T[], seed: number): T => {
  const found = list[seed % list.length];
  if (found === undefined) throw new Error('an empty list has nothing to pick');
  return found;
};

const contextOf = (canvas: HTMLCanvasElement): CanvasRenderingContext2D => {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas here');
  return context;
};

const ellipse = (
  to: CanvasRenderingContext2D,
  x: number,
  y: number,
  across: number,
  along: number,
  fill: string,
) => {
  to.fillStyle = fill;
  to.beginPath();
  to.ellipse(x, y, across, along, 0, 0, Math.PI * 2);
  to.fill();
};

const drawRoom = (to: CanvasRenderingContext2D, seed: number, width: number, height: number) => {
  const [light, dark] = pick(walls, seed * 5 + 1 + round(seed));
  const wall = to.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, light);
  wall.addColorStop(1, dark);
  to.fillStyle = wall;
  to.fillRect(0, 0, width, height);
  to.fillStyle = 'rgb(255 255 255 / 0.18)';
  const side = seed % 2 === 0 ? 0.08 : 0.72;
  to.fillRect(width * side, height * 0.1, width * 0.2, height * 0.45);
};

const drawPerson = (
  to: CanvasRenderingContext2D,
  seed: number,
  width: number,
  height: number,
  sway: number,
) => {
  const x = width / 2 + sway;
  const unit = height / 100;
  const skin = pick(skins, seed * 7 + 2 + round(seed) * 2);
  const hair = pick(hairs, seed * 3 + 1 + round(seed));
  if (seed % 3 === 1) ellipse(to, x, height * 0.5, unit * 23, unit * 30, hair);
  ellipse(to, x, height * 0.7, unit * 8, unit * 14, skin);
  ellipse(to, x, height * 1.16, unit * 46, unit * 40, pick(clothes, seed + round(seed)));
  ellipse(to, x, height * 0.41, unit * 19, unit * 19, hair);
  ellipse(to, x, height * 0.49, unit * 16, unit * 20, skin);
  ellipse(to, x - unit * 6, height * 0.47, unit * 1.6, unit * 1.8, '#2a2320');
  ellipse(to, x + unit * 6, height * 0.47, unit * 1.6, unit * 1.8, '#2a2320');
  to.strokeStyle = 'rgb(90 40 30 / 0.7)';
  to.lineWidth = unit * 1.4;
  to.lineCap = 'round';
  to.beginPath();
  to.arc(x, height * 0.53, unit * 7, Math.PI * 0.2, Math.PI * 0.8);
  to.stroke();
};

const trackOf = (canvas: HTMLCanvasElement): MediaStreamTrack => {
  const [track] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
  if (!track) throw new Error('a canvas gave no track');
  return track;
};

/** Somebody in a room; upright as from a phone when asked for. */
export const portrait = (seed: number, upright = false): MediaStreamTrack => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = upright ? [270, WIDTH] : [WIDTH, 270];
  const to = contextOf(canvas);
  let frame = 0;
  const draw = () => {
    frame++;
    drawRoom(to, seed, canvas.width, canvas.height);
    drawPerson(to, seed, canvas.width, canvas.height, Math.sin(frame / 4 + seed) * 3);
  };
  draw();
  setInterval(draw, 1000 / FRAMES_PER_SECOND);
  return trackOf(canvas);
};

/** A document with a chart, as people share them. */
export const sharedScreen = (): MediaStreamTrack => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1280, 800];
  const to = contextOf(canvas);
  const draw = () => {
    to.fillStyle = '#fdfdfc';
    to.fillRect(0, 0, 1280, 800);
    to.fillStyle = '#eef1ef';
    to.fillRect(0, 0, 220, 800);
    to.fillStyle = '#1d2725';
    to.font = '600 40px sans-serif';
    to.fillText('Plan for the spring', 280, 110);
    to.fillStyle = '#c9d1ce';
    for (let line = 0; line < 6; line++) to.fillRect(280, 150 + line * 30, 820 - line * 60, 12);
    const colours = ['#0c6e66', '#c9a24b', '#7a8f9b'];
    for (let bar = 0; bar < 9; bar++) {
      const height = 80 + ((bar * 67) % 220);
      to.fillStyle = pick(colours, bar);
      to.fillRect(290 + bar * 100, 720 - height, 62, height);
    }
  };
  draw();
  setInterval(draw, 1000);
  return trackOf(canvas);
};
