<?xml version="1.0" encoding="UTF-8"?>
<!--
The readable body of any CDA document, in the few tags that a QTextBrowser lays out.

It lists what may pass; all else gives its text only, and what is not text gives nothing. No attribute of the
document becomes an attribute of the page, but numbers of columns and rows within bounds and a choice of words.
Addresses are never written as links, except those that lead inside of the page.

`documents/reading/body.py` prepares the tree: `heading` and `anchor` on each section, `media` on each picture.

Reference: CDA R2 StrucDoc.Text; HTML 4 subset of QTextBrowser.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:h="urn:hl7-org:v3"
                exclude-result-prefixes="h">
  <xsl:output method="html" encoding="UTF-8" indent="no"/>
  <xsl:key name="anchor" match="h:content | h:paragraph | h:td | h:th | h:item" use="@ID"/>
  <xsl:key name="target" match="h:linkHtml" use="substring-after(@href, '#')"/>
  <xsl:key name="picture" match="h:observationMedia" use="@ID"/>
  <!-- Tables beyond this depth are lines; 0 when there is too much to lay out in tables and lists. -->
  <xsl:param name="deepest" select="3"/>

  <xsl:template match="/"><div><xsl:apply-templates select="//h:structuredBody"/></div></xsl:template>
  <xsl:template match="h:structuredBody"><xsl:apply-templates select="h:component/h:section"/></xsl:template>

  <xsl:template match="h:section">
    <xsl:choose>
      <xsl:when test="not(ancestor::h:section)"><h2><xsl:call-template name="heading"/></h2></xsl:when>
      <xsl:when test="count(ancestor::h:section) = 1"><h3><xsl:call-template name="heading"/></h3></xsl:when>
      <xsl:otherwise><h4><xsl:call-template name="heading"/></h4></xsl:otherwise>
    </xsl:choose>
    <xsl:apply-templates select="h:text"/>
    <xsl:apply-templates select="h:component/h:section"/>
  </xsl:template>
  <xsl:template name="heading"><a name="{@anchor}"/><xsl:value-of select="@heading"/></xsl:template>

  <!-- The text of a section. Words outside of a block are a paragraph of their own. -->
  <xsl:template match="h:section/h:text">
    <xsl:choose>
      <xsl:when test="h:paragraph | h:table | h:list"><xsl:apply-templates/></xsl:when>
      <xsl:when test="normalize-space() or .//h:renderMultiMedia"><p><xsl:apply-templates/></p></xsl:when>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="h:paragraph"><p><xsl:call-template name="words"/></p></xsl:template>
  <xsl:template match="h:td//h:paragraph | h:th//h:paragraph | h:item//h:paragraph">
    <xsl:if test="preceding-sibling::*"><br/></xsl:if><xsl:call-template name="words"/>
  </xsl:template>
  <xsl:template match="h:caption"><p class="caption"><xsl:call-template name="words"/></p></xsl:template>
  <xsl:template match="h:br"><br/></xsl:template>

  <xsl:template match="h:list">
    <xsl:apply-templates select="h:caption"/>
    <xsl:choose>
      <xsl:when test="$deepest = 0">
        <xsl:for-each select="h:item"><p>– <xsl:call-template name="words"/></p></xsl:for-each>
      </xsl:when>
      <xsl:when test="@listType = 'ordered'"><ol><xsl:apply-templates select="h:item"/></ol></xsl:when>
      <xsl:otherwise><ul><xsl:apply-templates select="h:item"/></ul></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="h:item"><li><xsl:call-template name="words"/></li></xsl:template>

  <!-- Laying out tables in tables takes a time that doubles with each level: the deepest are lines. -->
  <xsl:template match="h:table">
    <xsl:choose>
      <xsl:when test="count(ancestor::h:table) &lt; $deepest">
        <xsl:apply-templates select="h:caption"/>
        <table class="narrative" width="100%" cellspacing="0" cellpadding="4">
          <xsl:apply-templates select="h:thead/h:tr | h:tbody/h:tr | h:tr | h:tfoot/h:tr"/>
        </table>
      </xsl:when>
      <xsl:otherwise>
        <xsl:for-each select=".//h:tr">
          <br/>
          <xsl:for-each select="h:td | h:th">
            <xsl:if test="position() &gt; 1"> | </xsl:if><xsl:value-of select="normalize-space()"/>
          </xsl:for-each>
        </xsl:for-each>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="h:tr"><tr><xsl:apply-templates select="h:td | h:th"/></tr></xsl:template>
  <xsl:template match="h:th"><th><xsl:call-template name="cell"/></th></xsl:template>
  <xsl:template match="h:td"><td><xsl:call-template name="cell"/></td></xsl:template>
  <xsl:template name="cell">
    <xsl:if test="@colspan &gt; 1 and @colspan &lt; 100">
      <xsl:attribute name="colspan"><xsl:value-of select="floor(@colspan)"/></xsl:attribute>
    </xsl:if>
    <xsl:if test="@rowspan &gt; 1 and @rowspan &lt; 1000">
      <xsl:attribute name="rowspan"><xsl:value-of select="floor(@rowspan)"/></xsl:attribute>
    </xsl:if>
    <xsl:variable name="align" select="(@align | ../@align | ../../@align)[last()]"/>
    <xsl:choose>
      <xsl:when test="$align = 'right'"><xsl:attribute name="align">right</xsl:attribute></xsl:when>
      <xsl:when test="$align = 'center'"><xsl:attribute name="align">center</xsl:attribute></xsl:when>
    </xsl:choose>
    <xsl:call-template name="words"/>
  </xsl:template>

  <xsl:template match="h:content"><xsl:call-template name="words"/></xsl:template>
  <xsl:template match="h:sub"><sub><xsl:apply-templates/></sub></xsl:template>
  <xsl:template match="h:sup"><sup><xsl:apply-templates/></sup></xsl:template>
  <xsl:template match="h:footnote"><span class="quiet"> [<xsl:apply-templates/>]</span></xsl:template>
  <xsl:template match="h:footnoteRef"/>

  <!-- Where a link leads is said, not followed, unless it is inside of the page. -->
  <xsl:template match="h:linkHtml">
    <xsl:choose>
      <xsl:when test="starts-with(@href, '#') and key('anchor', substring(@href, 2))">
        <a href="#in-{substring(@href, 2)}"><xsl:apply-templates/></a>
      </xsl:when>
      <xsl:otherwise><xsl:apply-templates/></xsl:otherwise>
    </xsl:choose>
    <xsl:if test="starts-with(@href, 'http://') or starts-with(@href, 'https://') or starts-with(@href, 'mailto:')">
      <span class="quiet"> (<xsl:value-of select="@href"/>)</span>
    </xsl:if>
  </xsl:template>

  <xsl:template match="h:renderMultiMedia">
    <xsl:variable name="picture" select="key('picture', @referencedObject)[1]"/>
    <xsl:apply-templates select="h:caption"/>
    <xsl:if test="$picture/@media"><img src="media:{$picture/@media}"/></xsl:if>
  </xsl:template>

  <!-- Emphasis, and where a link of the page leads to. -->
  <xsl:template name="words">
    <xsl:if test="@ID and key('target', @ID)"><a name="in-{@ID}"/></xsl:if>
    <xsl:variable name="style" select="translate(@styleCode, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"/>
    <xsl:choose>
      <xsl:when test="@revised = 'delete'"><s><xsl:apply-templates/></s></xsl:when>
      <xsl:when test="contains($style, 'bold') and contains($style, 'ital')"><b><i><xsl:apply-templates/></i></b></xsl:when>
      <xsl:when test="contains($style, 'bold')"><b><xsl:apply-templates/></b></xsl:when>
      <xsl:when test="contains($style, 'ital') or contains($style, 'emphasis')"><i><xsl:apply-templates/></i></xsl:when>
      <xsl:when test="contains($style, 'underline')"><u><xsl:apply-templates/></u></xsl:when>
      <xsl:otherwise><xsl:apply-templates/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Anything else: its words, unless they are a program. No pattern has a predicate: to weigh one, libxslt
       counts the siblings, and a table of 40,000 rows would take a quarter of a minute. -->
  <xsl:template match="*">
    <xsl:if test="not(local-name() = 'script' or local-name() = 'style')"><xsl:apply-templates/></xsl:if>
  </xsl:template>
</xsl:stylesheet>
