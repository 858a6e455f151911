// The panel does not carry the client along: it imports the file that stands beside it, once per page for all.
export const beside = {
  name: "beside",
  setup(build) {
    build.onResolve({ filter: /^\.\.\/client\/index$/ }, () => ({ path: "./index.mjs", external: true }));
  },
};
