// The title of the tab while a screen is shown.
import { useEffect } from 'preact/hooks';

export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = title;
  }, [title]);
};
