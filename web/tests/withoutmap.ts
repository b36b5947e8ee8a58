// What is said needs no map: where none can be drawn all of it works, and two consoles leave the machine time for three nodes.
//
//   test.use(WITHOUT_MAP);       // at the head of a file
export const WITHOUT_MAP = {
  launchOptions: {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-webgl', '--disable-3d-apis'],
  },
};
