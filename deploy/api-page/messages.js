// The page's own texts. Swagger UI, which shows the operations, speaks English only.
globalThis.messages = {
  en: {
    title: 'Breakwater API',
    intro:
      'Every operation of the management API. "Try it out" sends a real request to this platform. "Authorize" takes a user name and a password, or a robot account and its secret.',
    signedIn: 'Signed in in this browser: requests are sent as {name}, unless you authorize as somebody else.',
    anonymous: 'Not signed in: only public operations work until you authorize.',
    unknown: 'The services do not answer now.',
    download: 'Download the description (OpenAPI 3)',
  },
  zh: {
    title: 'Breakwater API',
    intro:
      '管理 API 的全部操作。“Try it out”会向本平台发送真实请求；“Authorize”可输入用户名和密码，或机器人账户及其密钥。',
    signedIn: '此浏览器已登录：请求以 {name} 的身份发送，除非您用其他账户授权。',
    anonymous: '尚未登录：授权之前只能使用公开的操作。',
    unknown: '服务暂未响应。',
    download: '下载 API 描述文件（OpenAPI 3）',
  },
};
