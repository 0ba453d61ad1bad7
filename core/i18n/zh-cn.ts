// Simplified Chinese. look.md §6 has the tone and the fixed wordings.

import type { Catalogue } from './i18n.ts';

export const zhCn: Catalogue = {
  'app.name': 'Deltapad',
  'title.untitled': '未命名文档',
  'title.label': '文档标题',
  'body.label': '文档正文',
  'body.placeholder': '开始写，或粘贴内容',
  'save.saving': '正在保存…',
  'save.saved': '已保存',
  'save.reconnecting': '正在重新连接…',
  'save.offline': '离线',
  'save.offlineKept': '离线，更改已保留',
  'save.attention': '需要处理',
  'save.viewOnly': '仅可查看',
  'save.newVersion': '有新版本，重新加载',
  'home.title': '文档',
  'home.new': '新建文档',
  'home.search': '搜索文档',
};
