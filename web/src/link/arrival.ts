// Imported before anything else of the page, so that the link's secret has left the address bar when
// the rest begins to run.
import { watchAddressBar } from './address-bar.ts';

export const arrivals = watchAddressBar(window);
