#pragma once

#include "service/capture/capture.h"

namespace antin::service::capture {

/// What there is to say against a page, `number` counted from one; fills in what `page` says
/// of size, resolution and colour.
void judge_page(const pdf::PageScan& scan, std::size_t number, const CaptureRequest& request,
                CapturedPage& page, Findings& findings);

/// Against the pages together: their number (C-07), and pages that are there twice or look alike.
void judge_pages(const std::vector<CapturedPage>& pages, const CaptureRequest& request,
                 Findings& findings);

/// Against the file as PDF: its version.
void judge_file(const pdf::Document& document, Findings& findings);

}  // namespace antin::service::capture
