// What runs in the page for the tests on a cluster. Puppeteer sends these functions over as text: each
// stands alone.

/** How often the server has told this page that its room is another one. */
export const rememberResets = (): void => {
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(url: string | URL) {
      super(url);
      this.addEventListener('message', ({ data }) => {
        if (JSON.parse(String(data)).event !== 'room-reset') return;
        const { dataset } = document.documentElement;
        dataset['testResets'] = String(Number(dataset['testResets'] ?? 0) + 1);
      });
    }
  };
};

export const resetsHeard = (): number =>
  Number(document.documentElement.dataset['testResets'] ?? 0);
