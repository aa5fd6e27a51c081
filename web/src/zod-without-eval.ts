// Imported before everything else: the page's policy allows no eval, which zod would try first.
import * as z from 'zod/mini';

z.config({ jitless: true });
