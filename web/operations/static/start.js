// Shows the document this process serves; nothing is loaded from elsewhere.
const plain = () => ({ components: { DeepLink: ({ text }) => text } });  // no link inside a button
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  plugins: [plain],
  syntaxHighlight: false,  // its colours are too pale on their ground
  validatorUrl: null,
});
