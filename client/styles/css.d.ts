// Stylesheets are imported for their effect alone; esbuild gathers them beside the page's script.

declare module '*.css';
