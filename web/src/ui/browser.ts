// What kind of browser this is, for words only, and what it can do, asked of it directly.

export type BrowserFamily = 'chromium' | 'firefox' | 'safari-desktop' | 'safari-mobile';

/** Every browser on an iPhone or iPad is Safari in this respect. */
export const browserFamily = (userAgent: string, touchPoints: number): BrowserFamily => {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'safari-mobile';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  if (/Chrome\/|Chromium\//.test(userAgent)) return 'chromium';
  // An iPad says that it is a Mac; no Mac has a touch screen.
  return touchPoints > 1 ? 'safari-mobile' : 'safari-desktop';
};

export const currentBrowser = (): BrowserFamily =>
  browserFamily(navigator.userAgent, navigator.maxTouchPoints);

/** Absent on phones, and everything of it on insecure pages. */
export const canShareScreen = (): boolean =>
  'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;

export const canShareLink = (): boolean => 'share' in navigator;

/** A finger first: nobody asks a phone for its keyboard shortcuts. */
export const isTouchFirst = (): boolean => matchMedia('(pointer: coarse)').matches;

export const canHover = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches;
